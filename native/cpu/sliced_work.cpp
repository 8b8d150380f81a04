#include "sliced_work.h"

#include <omp.h>

#include <algorithm>
#include <exception>

#include "runtime/timeline.h"
#include "threads.h"

namespace laminet::cpu {

namespace {

constexpr size_t kAlignment = 64;
// Threads' memories do not start at the same offset of a page: their stores would look like each other's to the cores' load queues.
constexpr size_t kSpacing = 4096 + kAlignment;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

std::unique_ptr<SlicedWork> SlicedWork::make(Library& library, const std::vector<Step>& parts, Plan plan) {
  std::unique_ptr<SlicedWork> work(new SlicedWork(std::move(plan)));
  return work->build(library, parts) ? std::move(work) : nullptr;
}

bool SlicedWork::build(Library& library, const std::vector<Step>& parts) {
  const OneThread one_thread;
  portions_.resize(static_cast<size_t>(plan_.portions));
  for (size_t index = 0; index < portions_.size(); ++index) {
    Portion& portion = portions_[index];
    portion.begin = plan_.batch * static_cast<int64_t>(index) / plan_.portions;
    portion.end = plan_.batch * static_cast<int64_t>(index + 1) / plan_.portions;
    const int64_t rest = (portion.end - portion.begin) % plan_.images;
    Library own{library.engine, dnnl::stream(library.engine), 1};
    for (const Step& part : parts) {
      Part& made = portion.parts.emplace_back();
      if (portion.end - portion.begin >= plan_.images && !(made.whole = part.slicing->make(own, plan_.images))) return false;
      if (rest > 0 && !(made.rest = part.slicing->make(own, rest))) return false;
    }
  }
  lay_out(parts);
  return true;
}

// A thread's memory: tensors, then scratch for whichever part runs. A portion's: the sums of each part.
void SlicedWork::lay_out(const std::vector<Step>& parts) {
  size_t scratch_bytes = 0;
  for (const Step& part : parts) {
    slicings_.push_back(part.slicing);
    sums_.push_back(portion_bytes_);
    portion_bytes_ += aligned(part.slicing->sums_bytes);
    for (const std::vector<int>* list : {&part.reads, &part.writes}) tensors_.insert(tensors_.end(), list->begin(), list->end());
  }
  for (const Portion& portion : portions_)
    for (const Part& part : portion.parts)
      for (const SliceWork* work : {part.whole.get(), part.rest.get()})
        if (work != nullptr) scratch_bytes = std::max(scratch_bytes, work->scratch_bytes());
  std::sort(tensors_.begin(), tensors_.end());
  tensors_.erase(std::unique(tensors_.begin(), tensors_.end()), tensors_.end());
  scratch_ = aligned(plan_.thread_bytes);
  thread_bytes_ = aligned(scratch_ + scratch_bytes) + kSpacing;
  for (Portion& portion : portions_) portion.memory.assign(plan_.places.size(), nullptr);
  portion_sums_.resize(portions_.size());
}

void SlicedWork::run_portion(Portion& portion, void* const* memory, char* own, char* sums, bool timed) {
  for (const int tensor : tensors_) portion.memory[tensor] = plan_.places[tensor] >= 0 ? own + plan_.places[tensor] : memory[tensor];
  for (int64_t image = portion.begin; image < portion.end; image += plan_.images) {
    for (const int tensor : tensors_)
      if (plan_.places[tensor] < 0 && plan_.image_bytes[tensor] > 0)
        portion.memory[tensor] = static_cast<char*>(memory[tensor]) + static_cast<size_t>(image) * plan_.image_bytes[tensor];
    for (size_t index = 0; index < portion.parts.size(); ++index) {
      Part& part = portion.parts[index];
      const int64_t start = timed ? steady_nanoseconds() : 0;
      SliceWork& work = image + plan_.images <= portion.end ? *part.whole : *part.rest;
      work.run({portion.memory.data(), own + scratch_, sums + sums_[index], image == portion.begin});
      if (timed) part.nanoseconds += steady_nanoseconds() - start;
    }
  }
}

void SlicedWork::run_slices(void* const* memory, bool timed) {
  std::exception_ptr failure;
#pragma omp parallel num_threads(plan_.threads)
  {
    char* const own = memory_of_thread(memory, static_cast<size_t>(omp_get_thread_num()));
#pragma omp for schedule(dynamic, 1)
    for (size_t index = 0; index < portions_.size(); ++index) {
      try {
        run_portion(portions_[index], memory, own, memory_of_portion(memory, index), timed);
      } catch (...) {
#pragma omp critical(laminet_slices)
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
  for (size_t part = 0; part < slicings_.size(); ++part) {
    if (!slicings_[part]->finish) continue;
    for (size_t index = 0; index < portions_.size(); ++index) portion_sums_[index] = memory_of_portion(memory, index) + sums_[part];
    slicings_[part]->finish(memory, portion_sums_);
  }
}

// The parts are shown one after the other, each as long as the threads took for it on average.
void SlicedWork::run_timed(void* const* memory, const std::function<void(int part, int64_t begin, int64_t end)>& report) {
  for (Portion& portion : portions_)
    for (Part& part : portion.parts) part.nanoseconds = 0;
  int64_t begin = steady_nanoseconds();
  run_slices(memory, true);
  for (size_t part = 0; part < slicings_.size(); ++part) {
    int64_t sum = 0;
    for (const Portion& portion : portions_) sum += portion.parts[part].nanoseconds;
    const int64_t end = begin + sum / plan_.threads;
    report(static_cast<int>(part), begin, end);
    begin = end;
  }
}

}  // namespace laminet::cpu
