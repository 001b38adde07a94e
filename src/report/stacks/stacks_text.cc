// The text of `nmtx stacks`.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "profile/hottest.h"
#include "report/stacks/stacks_report.h"
#include "report/stacks/stacks_sentences.h"

namespace nmtx {
namespace {

constexpr std::size_t first_functions = 15, most_functions = 500;
constexpr std::size_t first_paths = 3, most_paths = 50;
constexpr std::size_t first_threads = 8, most_threads = 500;
constexpr std::size_t first_frames = 8;  // of a path, unless all is wanted

class StacksText {
  public:
    StacksText(const Profile& profile, const ReportOptions& options, const TextStyle& style)
        : profile_(profile), options_(options), style_(style), whole_(profile.weight_ns()) {}

    std::string print() {
        const SamplingRun& run = profile_.run;
        add(fmt::format("Stacks of pid {} ({})", run.pid, printable(run.process)));
        say(sampling_sentence(profile_));
        for (const std::string& note : sampling_notes(profile_)) say(note);
        if (run.samples > 0) {
            out_ += "\n";
            functions();
            paths();
            threads();
        }
        say(sampling_cost(profile_));
        if (!options_.all && run.samples > 0)
            say("More: --all (every method, path and thread), -o FILE.html (flame graph), --wall, --thread "
                "REGEX.");
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }
    void more(std::size_t left, std::string_view what) {
        if (left > 0) add(fmt::format("{:>17} {} more {}", "", grouped(left), what));
    }
    [[nodiscard]] std::string share(std::uint64_t weight) const { return share_text(weight, whole_); }
    [[nodiscard]] std::size_t most(std::size_t first, std::size_t all) const {
        return options_.all ? all : first;
    }

    void functions() {
        out_ += title(fmt::format("Hottest methods, % of {}", weight_name(profile_.run.mode)), style_) + "\n";
        add(fmt::format("{:>7} {:>7} {:>8}  {}", "self", "total", "self s", "method"));
        const std::vector<FunctionSum> sums = hottest_functions(profile_);
        const std::size_t shown = std::min(sums.size(), most(first_functions, most_functions));
        for (std::size_t i = 0; i < shown; ++i) {
            const FunctionSum& sum = sums[i];
            const ProfiledFunction& function = profile_.functions[sum.function];
            std::string text = function_text(function);
            if (function.kind == CodeKind::stub) text += "  (JVM stub)";
            if (function.kind == CodeKind::native && !function.file.empty())
                text += fmt::format("  ({})", function_place(function));
            add(fmt::format("{:>7} {:>7} {:>8}  {}", share(sum.self_weight_ns), share(sum.total_weight_ns),
                            seconds_of(sum.self_weight_ns), text));
        }
        more(sums.size() - shown, "methods");
        out_ += "\n";
    }

    void paths() {
        out_ += title("Hottest paths, innermost call first", style_) + "\n";
        for (const PathSum& path : hottest_paths(profile_, most(first_paths, most_paths))) {
            std::string left =
                fmt::format("{:>7} {:>8} s", share(path.weight_ns), seconds_of(path.weight_ns));
            const std::size_t frames = path.functions.size();
            if (frames == 0) add(left + "  [not unwound]");
            const std::size_t shown = options_.all || frames <= first_frames + 1 ? frames : first_frames;
            for (std::size_t i = 0; i < shown; ++i) {
                add(fmt::format("{:<18}  {}", left,
                                function_text(profile_.functions[path.functions[frames - 1 - i]])));
                left.clear();
            }
            if (shown < frames)
                add(fmt::format("{:<18}  … {} more, from {}", "", frames - shown,
                                function_text(profile_.functions[path.functions.front()])));
        }
        out_ += "\n";
    }

    void threads() {
        out_ += title("Threads", style_) + "\n";
        const std::vector<std::uint32_t> order = hottest_threads(profile_);
        const std::size_t shown = std::min(order.size(), most(first_threads, most_threads));
        for (std::size_t i = 0; i < shown; ++i) {
            const ProfiledThread& thread = profile_.threads[order[i]];
            add(fmt::format("{:>7} {:>8} s  {:>7}  {}", share(thread.weight_ns), seconds_of(thread.weight_ns),
                            thread.tid, printable(thread.name)));
        }
        more(order.size() - shown, "threads");
        out_ += "\n";
    }

    const Profile& profile_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::uint64_t whole_;
    std::string out_;
};

}  // namespace

std::string stacks_report(const Profile& profile, const ReportOptions& options, const TextStyle& style) {
    return StacksText(profile, options, style).print();
}

}  // namespace nmtx
