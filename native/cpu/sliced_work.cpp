#include "sliced_work.h"

#include <omp.h>

#include <algorithm>
#include <exception>

#include "runtime/timeline.h"

namespace laminet::cpu {

namespace {

constexpr size_t kAlignment = 64;
// Threads' memories do not start at the same offset of a page: their stores would look like each other's to the cores' load queues.
constexpr size_t kSpacing = 4096 + kAlignment;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// Primitives that are made meanwhile run on the thread that calls them.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace

std::unique_ptr<SlicedWork> SlicedWork::make(Library& library, const std::vector<Step>& parts, Plan plan) {
  std::unique_ptr<SlicedWork> work(new SlicedWork(std::move(plan)));
  return work->build(library, parts) ? std::move(work) : nullptr;
}

bool SlicedWork::build(Library& library, const std::vector<Step>& parts) {
  const OneThread one_thread;
  threads_.resize(static_cast<size_t>(plan_.threads));
  for (size_t index = 0; index < threads_.size(); ++index) {
    Thread& thread = threads_[index];
    thread.begin = plan_.batch * static_cast<int64_t>(index) / plan_.threads;
    thread.end = plan_.batch * static_cast<int64_t>(index + 1) / plan_.threads;
    const int64_t rest = (thread.end - thread.begin) % plan_.images;
    Library own{library.engine, dnnl::stream(library.engine), 1};
    for (const Step& part : parts) {
      Part& made = thread.parts.emplace_back();
      if (thread.end - thread.begin >= plan_.images && !(made.whole = part.slicing->make(own, plan_.images))) return false;
      if (rest > 0 && !(made.rest = part.slicing->make(own, rest))) return false;
    }
  }
  lay_out(parts);
  return true;
}

// A thread's memory: tensors, then sums of each part, then scratch for whichever part runs.
void SlicedWork::lay_out(const std::vector<Step>& parts) {
  size_t scratch_bytes = 0, end = aligned(plan_.thread_bytes);
  for (const Step& part : parts) {
    slicings_.push_back(part.slicing);
    sums_.push_back(end);
    end += aligned(part.slicing->sums_bytes);
    for (const std::vector<int>* list : {&part.reads, &part.writes}) tensors_.insert(tensors_.end(), list->begin(), list->end());
  }
  for (const Thread& thread : threads_)
    for (const Part& part : thread.parts)
      for (const SliceWork* work : {part.whole.get(), part.rest.get()})
        if (work != nullptr) scratch_bytes = std::max(scratch_bytes, work->scratch_bytes());
  std::sort(tensors_.begin(), tensors_.end());
  tensors_.erase(std::unique(tensors_.begin(), tensors_.end()), tensors_.end());
  scratch_ = end;
  stride_ = aligned(end + scratch_bytes) + kSpacing;
  for (Thread& thread : threads_) thread.memory.assign(plan_.places.size(), nullptr);
  thread_sums_.resize(threads_.size());
}

void SlicedWork::run_thread(Thread& thread, void* const* memory, char* own, bool timed) {
  for (const int tensor : tensors_) thread.memory[tensor] = plan_.places[tensor] >= 0 ? own + plan_.places[tensor] : memory[tensor];
  for (int64_t image = thread.begin; image < thread.end; image += plan_.images) {
    for (const int tensor : tensors_)
      if (plan_.places[tensor] < 0 && plan_.image_bytes[tensor] > 0)
        thread.memory[tensor] = static_cast<char*>(memory[tensor]) + static_cast<size_t>(image) * plan_.image_bytes[tensor];
    for (size_t index = 0; index < thread.parts.size(); ++index) {
      Part& part = thread.parts[index];
      const int64_t start = timed ? steady_nanoseconds() : 0;
      SliceWork& work = image + plan_.images <= thread.end ? *part.whole : *part.rest;
      work.run({thread.memory.data(), own + scratch_, own + sums_[index], image == thread.begin});
      if (timed) part.nanoseconds += steady_nanoseconds() - start;
    }
  }
}

void SlicedWork::run_slices(void* const* memory, bool timed) {
  std::exception_ptr failure;
#pragma omp parallel num_threads(plan_.threads)
  {
    // A team may be smaller than was asked for.
    const auto step = static_cast<size_t>(omp_get_num_threads());
    for (auto index = static_cast<size_t>(omp_get_thread_num()); index < threads_.size(); index += step) {
      try {
        run_thread(threads_[index], memory, memory_of(memory, index), timed);
      } catch (...) {
#pragma omp critical(laminet_slices)
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
  for (size_t part = 0; part < slicings_.size(); ++part) {
    if (!slicings_[part]->finish) continue;
    for (size_t index = 0; index < threads_.size(); ++index) thread_sums_[index] = memory_of(memory, index) + sums_[part];
    slicings_[part]->finish(memory, thread_sums_);
  }
}

// The parts are shown one after the other, each as long as the threads took for it on average.
void SlicedWork::run_timed(void* const* memory, const std::function<void(int part, int64_t begin, int64_t end)>& report) {
  for (Thread& thread : threads_)
    for (Part& part : thread.parts) part.nanoseconds = 0;
  int64_t begin = steady_nanoseconds();
  run_slices(memory, true);
  for (size_t part = 0; part < slicings_.size(); ++part) {
    int64_t sum = 0;
    for (const Thread& thread : threads_) sum += thread.parts[part].nanoseconds;
    const int64_t end = begin + sum / static_cast<int64_t>(threads_.size());
    report(static_cast<int>(part), begin, end);
    begin = end;
  }
}

}  // namespace laminet::cpu
