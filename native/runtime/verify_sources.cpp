#include "verify_rules.h"

namespace laminet {

namespace {

void random(const Check& check) {
  check.counts(1);
  check.type_is(check.operand(0), "the state", DType::i32, {2});
  check.floats(check.result(), "a result");
  check.instruction().number("stream");
}

}  // namespace

void add_source_rules(Rules& rules) {
  rules["input"] = [](const Check& check) { check.counts(0); };
  rules["variable"] = [](const Check& check) { check.counts(0); };
  rules["constant"] = [](const Check& check) {
    check.counts(0);
    check.require(check.instruction().number("index") >= 0, "'index' of at least 0");
  };
  rules["fill"] = [](const Check& check) {
    check.counts(0);
    check.instruction().number("value");
  };
  rules["iota"] = [](const Check& check) {
    check.counts(0);
    check.numbers(check.result(), "a result");
    check.axis("axis", check.result().shape.size());
  };
  rules["random_normal"] = random;
  rules["random_uniform"] = [](const Check& check) {
    random(check);
    check.instruction().number("low");
    check.instruction().number("high");
  };
}

}  // namespace laminet
