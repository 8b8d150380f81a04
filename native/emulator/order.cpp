#include "emulator/order.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>

namespace laminet::emulator {
namespace {

enum class Order { natural, reversed, shuffled };
Order order = Order::natural;
std::minstd_rand numbers;

}  // namespace

void read_order_from_environment() {
  const char* text = std::getenv("EMULATOR_ORDER");
  const unsigned seed = text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 0;
  order = text && !std::strcmp(text, "reversed") ? Order::reversed : seed ? Order::shuffled : Order::natural;
  numbers.seed(seed);
}

bool order_is_changed() { return order != Order::natural; }

uint32_t any_below(uint32_t limit) { return order == Order::shuffled ? static_cast<uint32_t>(numbers() % limit) : 0; }

void put_in_order(uint32_t* first, size_t count) {
  if (order == Order::reversed) std::reverse(first, first + count);
  if (order == Order::shuffled) std::shuffle(first, first + count, numbers);
}

}  // namespace laminet::emulator
