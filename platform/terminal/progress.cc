#include "platform/terminal/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace nmtx {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s;
constexpr auto between = 100ms;

std::string bar(double share, std::size_t cells) {
    const auto full = std::min(static_cast<std::size_t>(share * static_cast<double>(cells)), cells);
    return "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
}

}  // namespace

std::string progress_text(const ProgressState& state, std::size_t width) {
    if (state.elapsed < patience || state.of == Bytes() || width == 0) return {};
    const std::size_t room = width - 1;
    const double share =
        std::min(static_cast<double>(state.done.value()) / static_cast<double>(state.of.value()), 1.0);
    const std::string percent = fmt::format("{:>3.0f} %", share * 100);
    std::string what = "nmtx: analysing malloc";
    if (state.pass > 1) what += fmt::format(", pass {}", state.pass);
    constexpr std::size_t fewest = 5, most = 40;
    const std::size_t beside = what.size() + percent.size() + 4;  // two blanks, two brackets
    if (room >= beside + fewest)
        return fmt::format("{} {} {}", what, bar(share, std::min(room - beside, most)), percent);
    for (const std::string& shorter :
         {fmt::format("{} {}", what, percent), fmt::format("nmtx: {}", percent), percent}) {
        if (shorter.size() <= room) return shorter;
    }
    return {};
}

Progress::Progress(int fd, Clock::time_point (*now)())
    : line_(fd), now_(now), began_(now()), next_(began_ + patience) {}

void Progress::reached(Bytes done, Bytes of) {
    if (!line_.is_terminal()) return;
    if (done < state_.done) ++state_.pass;
    state_.done = done;
    state_.of = of;
    const Clock::time_point at = now_();
    if (at < next_ || !line_.may_draw()) return;
    next_ = at + between;
    state_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(at - began_);
    line_.draw(progress_text(state_, line_.width()));
}

SamplingProgress progress_of_sampling(TerminalLine& line, std::chrono::milliseconds length) {
    const double asked = static_cast<double>(length.count()) / 1000;
    return [&line, asked](double seconds, std::uint64_t samples) {
        if (!line.may_draw()) return;
        const std::string text = fmt::format("nmtx: sampling, {:.0f} of {:g} s, {} samples (Ctrl-C: enough)",
                                             seconds, asked, samples);
        const std::size_t width = line.width();
        line.draw(text.substr(0, width > 0 ? width - 1 : 0));
    };
}

}  // namespace nmtx
