// A graph as text, for serialised plans: its fields in order, lists with their length first.
#include <istream>
#include <limits>
#include <ostream>

#include "emulated_cudnn_graph.h"

namespace laminet::emulated_cudnn {

namespace {

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) { out_.precision(std::numeric_limits<double>::max_digits10); }
  template <typename T>
  void field(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_ << static_cast<int>(value) << ' ';
    } else {
      out_ << value << ' ';
    }
  }
  void field(const std::vector<int64_t>& list) {
    out_ << list.size() << ' ';
    for (int64_t value : list) out_ << value << ' ';
  }

 private:
  std::ostream& out_;
};

class Reader {
 public:
  explicit Reader(std::istream& in) : in_(in) {}
  template <typename T>
  void field(T& value) {
    if constexpr (std::is_enum_v<T>) {
      int number = 0;
      in_ >> number;
      value = static_cast<T>(number);
    } else {
      in_ >> value;
    }
  }
  void field(std::vector<int64_t>& list) {
    list.resize(length(16));
    for (int64_t& value : list) in_ >> value;
  }
  size_t length(size_t most) {
    size_t count = 0;
    in_ >> count;
    if (count > most) in_.setstate(std::ios::failbit);
    return in_ ? count : 0;
  }

 private:
  std::istream& in_;
};

template <typename Archive, typename TensorType>
void visit_tensor(Archive& archive, TensorType& tensor) {
  archive.field(tensor.uid);
  archive.field(tensor.type);
  archive.field(tensor.dims);
  archive.field(tensor.strides);
  archive.field(tensor.alignment);
  archive.field(tensor.is_virtual);
}

template <typename Archive, typename OperationType>
void visit_operation(Archive& archive, OperationType& operation) {
  archive.field(operation.kind);
  archive.field(operation.compute);
  for (auto& input : operation.inputs) visit_tensor(archive, input);
  visit_tensor(archive, operation.output);
  archive.field(operation.alpha);
  archive.field(operation.beta);
  archive.field(operation.flipped);
  archive.field(operation.before);
  archive.field(operation.after);
  archive.field(operation.strides);
  archive.field(operation.dilations);
  archive.field(operation.mode);
  archive.field(operation.lower);
  archive.field(operation.upper);
  archive.field(operation.slope);
  archive.field(operation.reduction);
}

}  // namespace

void write(std::ostream& out, const Graph& graph) {
  Writer writer(out);
  writer.field(graph.operations.size());
  for (const Operation& operation : graph.operations) {
    writer.field(operation.inputs.size());
    visit_operation(writer, operation);
  }
}

Graph read_graph(std::istream& in) {
  Reader reader(in);
  Graph graph;
  graph.operations.resize(reader.length(16));
  for (Operation& operation : graph.operations) {
    operation.inputs.resize(reader.length(4));
    visit_operation(reader, operation);
  }
  return graph;
}

}  // namespace laminet::emulated_cudnn
