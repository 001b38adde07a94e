// Copies of stacks on their way into a profile: gathered, unwound in a bounded child in batches while
// sampling goes on, named, summed up. The child is the same for all batches, so that it opens and reads files
// only once.
//
//   copy copy copy ─► batch ─► child: unwound ─► names ─► ProfileBuilder
//                       │ meanwhile the next one is gathered
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/proc/child_work.h"
#include "platform/proc/residency.h"
#include "platform/profile/stack_names.h"
#include "platform/symbols/thread_copy.h"
#include "profile/profile_builder.h"

namespace nmtx {

// One stack, and what it counts for. Its node is known once it is unwound.
struct StackSample {
    std::uint32_t thread = 0;
    std::uint64_t samples = 1;
    std::uint64_t weight_ns = 0;
    std::optional<std::uint32_t> node;
    bool to_the_start = false;
    bool lost = false;
};

class StackBatches {
  public:
    // All must outlive it.
    static Expected<std::unique_ptr<StackBatches>> of(const ProcessFiles& process, ProfileBuilder& builder);

    // While a thread stands still: its stack, into memory that is there already.
    void copy(pid_t tid, const user_regs_struct& registers);
    // Afterwards: the copy joins the batch.
    std::shared_ptr<StackSample> keep(std::uint64_t own_id, std::uint32_t thread, std::uint64_t weight_ns);
    // A copy that somebody else has made joins the batch.
    std::shared_ptr<StackSample> keep_copy(ThreadCopy copy, std::uint32_t thread);
    // Where the thread of the last copy is, and a hash of its stack from there on, with its size.
    [[nodiscard]] std::uint64_t last_sp() const { return last_.registers[dwarf_stack_pointer]; }
    [[nodiscard]] std::uint64_t last_pc() const { return last_.registers[dwarf_return_address]; }
    [[nodiscard]] std::size_t last_stack_bytes() const;
    // Of so many bytes of the process; differs from any other where they cannot be read.
    std::size_t hash_of_stack(Address from, std::size_t bytes);
    [[nodiscard]] std::size_t last_hash() const;
    // One more of a sample that is there already.
    void add_again(const std::shared_ptr<StackSample>& sample, std::uint64_t weight_ns);

    // More copies would take too much memory: the child does not keep up.
    [[nodiscard]] bool full() const;
    // The child that unwinds is there from now on: what is opened later, it does not keep open. That it
    // cannot be had shows when it is needed.
    void begin_child();
    // A batch has waited long enough, and the child is free.
    [[nodiscard]] bool due(std::uint64_t now_ns) const;
    void begin_unwinding();
    // What has been gathered, to its end. The child goes on, for the next batch.
    void unwind_now();
    [[nodiscard]] int descriptor() const { return unwinding_ ? child_->descriptor() : -1; }
    // What has come of the child; true once it is done.
    bool take_some() { return unwinding_ && child_->take(); }
    // Names and sums up what the child is done with. This takes milliseconds.
    void finish_batch();
    // The rest, to its end. The child has ended then.
    void finish_all();

    [[nodiscard]] std::uint64_t unwound() const { return unwound_; }  // to the thread's start, by samples
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    [[nodiscard]] const std::string& lost_why() const { return lost_why_; }
    [[nodiscard]] const std::string& java_missing() const { return java_missing_; }

  private:
    StackBatches(const ProcessFiles& process, PageResidency residency, ProfileBuilder& builder);
    std::size_t read_stack(Address from, std::span<std::byte> into);
    void count(const StackSample& sample, std::uint64_t samples, std::uint64_t weight_ns);
    Expected<void> have_child();
    Expected<void> give_to_the_child(const std::string& maps, std::span<const ThreadCopy> copies);
    Expected<void> sum_up(const std::string& text);
    void lose(const std::string& why);

    const ProcessFiles& process_;
    PageResidency residency_;
    ProfileBuilder& builder_;
    StackNames names_;
    ThreadCopy last_;  // with room for the largest stack
    std::size_t last_size_ = 0;

    std::vector<ThreadCopy> copies_;
    std::vector<std::shared_ptr<StackSample>> samples_;  // of copies_
    std::size_t held_bytes_ = 0;
    std::uint64_t first_ns_ = 0;

    std::optional<ServingChild> child_;
    bool unwinding_ = false;        // it has a batch
    std::vector<MappedFile> code_;  // that the child unwinds by
    std::vector<std::shared_ptr<StackSample>> in_the_child_;

    std::uint64_t unwound_ = 0, lost_ = 0;
    std::string lost_why_, java_missing_;
};

}  // namespace nmtx
