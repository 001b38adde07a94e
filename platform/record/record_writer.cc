#include "platform/record/record_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.h"
#include "platform/os/clock.h"

namespace nmtx {
namespace {

constexpr std::size_t most_reasons = 4;

std::size_t bytes_of(const Sample& sample) {
    std::size_t bytes = sizeof sample;
    for (const OwnerBytes& owner : sample.owners) bytes += sizeof owner + owner.path.size();
    if (!sample.nmt) return bytes;
    for (const CategorySample& category : sample.nmt->categories)
        bytes += sizeof category + category.name.size();
    return bytes;
}

std::string samples_text(std::uint64_t count) {
    return count == 1 ? "1 sample" : fmt::format("{} samples", count);
}

std::string joined(const std::vector<std::string>& reasons) {
    std::string text;
    for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
    return text;
}

}  // namespace

RecordWriter::RecordWriter(std::string path, RecordWriterOptions options)
    : path_(std::move(path)), options_(std::move(options)) {}

Expected<void> RecordWriter::open_file() {
    auto store = RecordStore::open(path_, options_.patience);
    if (!store) return tl::make_unexpected(store.error());
    store_ = std::move(*store);
    file_ = RecordFile(path_);
    return {};
}

// A lock is temporary. Any other problem is reported at once, because the user has just typed the command.
Expected<void> RecordWriter::begin() {
    auto opened = open_file();
    if (opened || opened.error().what != locked_record) return opened;
    fail(opened.error());
    return {};
}

void RecordWriter::add(const std::shared_ptr<const RecordedRun>& run, Sample sample) {
    const SampleTime time = sample.time;
    const std::size_t bytes = bytes_of(sample);
    wait({run, std::move(sample), {}, time, bytes});
}

void RecordWriter::end_run(const std::shared_ptr<const RecordedRun>& run, const std::string& why,
                           const SampleTime& now) {
    wait({run, std::nullopt, why, now, sizeof(Waiting)});
}

void RecordWriter::drop(const Waiting& waiting) {
    if (!waiting.sample) return;
    ++state_.lost;
    ++lost_;
}

void RecordWriter::wait(Waiting waiting) {
    if (waiting.sample && arrived_[waiting.run.get()]++ % stride_ != 0) return drop(waiting);
    waiting_bytes_ += waiting.bytes;
    if (waiting.sample) ++state_.waiting;
    waiting_.push_back(std::move(waiting));
    if (waiting_bytes_ > options_.most_waiting_bytes) thin_out_waiting();
}

// Every other one of each run goes, and of those that come every other one: what stays covers the whole time
// evenly.
void RecordWriter::thin_out_waiting() {
    stride_ *= 2;
    std::deque<Waiting> kept;
    std::map<const RecordedRun*, std::uint64_t> seen;
    for (Waiting& one : waiting_) {
        if (!one.sample || seen[one.run.get()]++ % 2 == 0) {
            kept.push_back(std::move(one));
            continue;
        }
        waiting_bytes_ -= one.bytes;
        --state_.waiting;
        drop(one);
    }
    waiting_ = std::move(kept);
    arrived_.clear();
    for (const auto& [run, count] : seen) arrived_[run] = (count - 1) * (stride_ / 2) + 1;
}

void RecordWriter::note(const std::string& reason, const Error& error) {
    if (!trouble_) {
        since_ = waiting_.empty() ? SampleTime{0, wall_ms(), boot_ms()} : waiting_.front().time;
        if (!waiting_.empty()) boot_id_ = waiting_.front().run->boot_id;
    }
    const bool is_new = std::find(reasons_.begin(), reasons_.end(), reason) == reasons_.end();
    trouble_ = error;
    if (!is_new) return;
    if (reasons_.size() < most_reasons) reasons_.push_back(reason);
    if (options_.say)
        options_.say(fmt::format("{}; samples wait in memory until it can be written", to_string(error)));
}

void RecordWriter::fail(const Error& error) {
    note(error.what, error);
    waited_ = std::max(waited_, state_.waiting);
    failed_ms_ = boot_ms();
    if (store_ && !store_->may_pass()) {
        // What the file is by now, another look may tell.
        store_.reset();
        runs_.clear();
        file_ = RecordFile();
    }
}

// Leaves the file that is open, so that the next one at the path can be made.
void RecordWriter::leave(FileChange change) {
    if (change == FileChange::moved || change == FileChange::journal_gone)
        static_cast<void>(store_->fold_journal());
    store_->leave_journal();
    store_.reset();
    file_.remove_journals();
    if (const auto moved_to = file_.path_now(); moved_to && change == FileChange::moved) {
        // Closed in order, it does not look like a copy that lacks its journal.
        if (auto moved = RecordStore::open(*moved_to, options_.patience)) moved->finish();
    }
    file_ = RecordFile();
    runs_.clear();
    unfolded_since_ms_.reset();
}

void RecordWriter::look_at_file() {
    const FileChange change = store_ ? file_.change() : FileChange::none;
    if (change == FileChange::none) return;
    leave(change);
    if (change == FileChange::journal_gone) return;  // the file has it all, and is opened again
    const char* what = change == FileChange::removed ? "removed"
                       : change == FileChange::moved ? "moved"
                                                     : "emptied";
    std::string reason = fmt::format("the file was {} while it was recorded", what);
    if (state_.samples > 0)
        reason += fmt::format(": {} {}", samples_text(state_.samples),
                              change == FileChange::moved ? "are in what was moved" : "went with it");
    if (first_in_file_ && !trouble_) {
        since_ = *first_in_file_;
        trouble_ = Error{printable(path_), reason, {}};
        reasons_.push_back(reason);
        if (options_.say) options_.say(fmt::format("{}: {}; starting a new one", printable(path_), reason));
    } else {
        note(reason, {printable(path_), reason, {}});
    }
    lost_ += state_.samples;
    state_.elsewhere += state_.samples;
    state_.samples = state_.full = state_.runs = 0;
    counted_.clear();
    first_in_file_.reset();
}

Expected<std::int64_t> RecordWriter::id_of(const Waiting& waiting) {
    if (const auto it = runs_.find(waiting.run); it != runs_.end()) return it->second;
    auto begun = store_->begin_run(*waiting.run);
    if (!begun) return begun;
    runs_.emplace(waiting.run, *begun);
    counted_.insert(*begun);
    state_.runs = counted_.size();
    return *begun;
}

Expected<void> RecordWriter::write_one(const Waiting& waiting) {
    // A run of which the file has no sample has no end there either.
    if (!waiting.sample && runs_.find(waiting.run) == runs_.end()) return {};
    const auto run = id_of(waiting);
    if (!run) return tl::make_unexpected(run.error());
    if (!waiting.sample) {
        auto ended = store_->end_run(*run, waiting.end, waiting.time);
        if (ended) runs_.erase(waiting.run);
        return ended;
    }
    if (auto added = store_->add(*run, *waiting.sample); !added) return added;
    ++state_.samples;
    if (waiting.sample->depth == Depth::full) ++state_.full;
    --state_.waiting;
    boot_id_ = waiting.run->boot_id;
    if (!first_in_file_) first_in_file_ = waiting.time;
    if (!unfolded_since_ms_) unfolded_since_ms_ = boot_ms();
    return {};
}

void RecordWriter::resume() {
    if (!trouble_ || state_.samples == 0) return;
    const RecordedGap gap{0, 0, waited_, lost_, joined(reasons_)};
    if (auto added = store_->add_gap(since_, {0, wall_ms(), boot_ms()}, boot_id_, gap); !added)
        return fail(added.error());
    if (options_.say)
        options_.say(fmt::format("{}: recording goes on; {} had to wait, {} {} lost", printable(path_),
                                 samples_text(waited_), lost_, lost_ == 1 ? "is" : "are"));
    trouble_.reset();
    reasons_.clear();
    waited_ = lost_ = 0;
}

void RecordWriter::fold_if_due(bool now) {
    if (!store_ || !unfolded_since_ms_) return;
    if (!now && boot_ms() - *unfolded_since_ms_ < options_.fold_every.count()) return;
    const auto folded = store_->fold_journal();
    if (folded && *folded) unfolded_since_ms_.reset();
}

void RecordWriter::write() {
    if (trouble_ && boot_ms() - failed_ms_ < options_.retry_every.count()) return;
    write_now();
}

void RecordWriter::write_now() {
    look_at_file();
    if (!store_ && !waiting_.empty()) {
        if (auto opened = open_file(); !opened) return fail(opened.error());
    }
    while (!waiting_.empty()) {
        if (auto written = write_one(waiting_.front()); !written) return fail(written.error());
        waiting_bytes_ -= waiting_.front().bytes;
        waiting_.pop_front();
    }
    stride_ = 1;
    arrived_.clear();
    if (!store_) return;
    file_.note_journals();
    resume();
    fold_if_due(false);
}

void RecordWriter::finish() {
    write_now();
    for (const Waiting& one : waiting_) {
        if (!one.sample) continue;
        --state_.waiting;
        ++state_.lost;
    }
    waiting_.clear();
    if (!store_) return;
    fold_if_due(true);  // where a reader keeps the journal from being removed, the file has it all the same
    store_->finish();
}

std::int64_t RecordWriter::file_bytes() {
    if (!store_) return 0;
    return store_->bytes().value_or(0);
}

}  // namespace nmtx
