// How long probes may be in the target, so that it pays no more than it was promised: a probe costs each call
// of the function, sampled or not, so only the time that it is there can bound the cost.
//
//   ├──── stretch ────────────┼─────── stretch ────────────────────┼─ …
//   ├─ pause ─┤ window ├ pause ┤ pause ──────┤ window ├── pause ────┤
//              hits × price     as long as all that was paid so far asks for
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace nmtx {

// What one hit costs the target, in nanoseconds, as measured on this machine.
struct HitPrice {
    double call_ns = 1050;    // the trap at the function's entry
    double return_ns = 2500;  // the second one, where the function returns
    double copy_ns = 20'000;  // a record with a copy of the stack
    double record_ns = 1000;  // a record without one
    double look_ns = 10'000;  // a call that a debug register sees; 0 where these show no calls
    double close_ns = 80e6;   // nobody's CPU: so long the kernel waits before a probe is closed
};

// A window's hits: entries, returns, and records with a copy.
struct ProbeHits {
    std::uint64_t calls = 0;
    std::uint64_t returns = 0;
    std::uint64_t copies = 0;
    std::uint64_t looks = 0;    // at calls, by a debug register
    std::uint64_t records = 0;  // of calls of free, without a copy, and of mappings
    ProbeHits& operator+=(const ProbeHits& more) {
        calls += more.calls;
        returns += more.returns;
        copies += more.copies;
        looks += more.looks;
        records += more.records;
        return *this;
    }
};

// What they cost the target.
double cost_ns(const HitPrice& price, const ProbeHits& hits);

// The price of a hit is measured on our own code; in the target it may be higher or lower by `price_doubt`.
// Where traps leave a thread no time, it was seen to be higher by up to `most_price_doubt`.
inline constexpr double price_doubt = 0.3, most_price_doubt = 0.6;

// How many times the price a thread really paid in a window. It had a processor for `ran_ns`, wanted one for
// the part `busy` of the window, and its hits cost `cost_ns` by their price. If it had no time to spare and
// that is most of `ran_ns`, all of `ran_ns` counts as paid. Otherwise 1: what its own work took is not known.
double times_as_dear(double cost_ns, std::uint64_t ran_ns, double busy);
HitPrice dearer(const HitPrice& price, double times);

struct WindowPlan {
    std::uint64_t window_ns = 0;
    std::uint64_t cycle_ns = 0;    // window, closing and pauses
    std::uint64_t closing_ns = 0;  // until all probes of a window are closed
    double closing_cost_ns = 0;    // the target's, meanwhile
    std::uint64_t every = 1;       // each so many calls one is copied
    [[nodiscard]] bool always() const { return window_ns + closing_ns >= cycle_ns; }
    [[nodiscard]] double share_of_time() const {
        return cycle_ns == 0 ? 0 : static_cast<double>(window_ns) / static_cast<double>(cycle_ns);
    }
};

// What a window lacks of the calls that a thread would have made without the traps.
struct Undisturbed {
    double factor = 1;  // of so many times as many calls it is
    double doubt = 0;   // by so much the factor may be wrong: of it
};
// Of a window in which the thread had a processor for `ran_ns`, and its own calls cost it `cost_ns`. `busy`:
// the part of the window in which it wanted a processor; `before`: of the time before. One that had time to
// spare in the window lost nothing but what a burst of its work was put off beyond the window's end, likewise
// where the cost is little. One that had none before makes fewer
// calls while each of them is slower: as many as fit. One that had time to spare before keeps its pace as far
// as it can, and does the rest later: then its calls stand for themselves, and so does an unknown thread's.
// How much that is depends on what a call takes without its trap, which is hardly known where the traps take
// most of the time: at least so long as the quickest allocators need for one of the `calls`.
Undisturbed undisturbed(double cost_ns, std::uint64_t ran_ns, std::uint64_t calls, double busy,
                        std::optional<double> before);

// A number about as large as `every`, chosen by a random one. Of calls that come in a fixed order, each so
// many is always the same one where the numbers have a factor in common: large ones here have neither 2
// nor 3.
std::uint64_t random_interval(std::uint64_t every, std::uint64_t random);

class ProbeBudget {
  public:
    // `share` of one core: 0.02. A window is at least `shortest_ns`, since putting probes in and taking them
    // out is no quicker; `cycle_ns` is the usual time from one window to the next.
    ProbeBudget(double share, HitPrice price, bool returns, std::uint64_t shortest_ns, std::uint64_t cycle_ns)
        : share_(share), price_(price), returns_(returns), shortest_ns_(shortest_ns), cycle_ns_(cycle_ns) {}

    // For so many calls a second, and probes in so many functions and threads. Half of the budget goes to
    // copies at most, unless calls are so few that all of them can be copied. `busiest`: the most calls that
    // one of the threads makes; copies are rarer where it could not keep its pace otherwise, but could then.
    [[nodiscard]] WindowPlan plan(double calls_a_second, std::size_t probes, double busiest = 0) const;
    // How many threads may have probes at a time, of those that it would be good to have. Probes are closed
    // one after the other, and calls of a function trap until its last one goes: all of them, or one.
    [[nodiscard]] std::size_t threads(double calls_a_second, std::size_t wanted) const;
    // The next stretch, in which there is one window: as long as what was paid until now, `elapsed_ns` after
    // the begin, and the window itself ask for; never less than the plan's. The stretches end where the time
    // does, `left_ns` from now. 0: what is left is too short for a window that can still be paid; then there
    // is none, unless it is the first. `last_ns`: what the window before cost with its closing; 0 for none.
    [[nodiscard]] std::uint64_t stretch_ns(const WindowPlan& plan, double paid_ns, double last_ns,
                                           std::uint64_t elapsed_ns, std::uint64_t left_ns) const;
    // So much a window may cost until its probes are closed.
    [[nodiscard]] double most_ns(const WindowPlan& plan) const;
    // So much may be paid in this window before it must end, of a run of `length_ns`. What is beyond
    // most_ns() is made good by the windows that follow, as long as there are any.
    [[nodiscard]] double limit_ns(const WindowPlan& plan, double paid_ns, std::uint64_t length_ns) const;

  private:
    // The time that pays for so much.
    [[nodiscard]] std::uint64_t cycle_for(double cost_ns) const;

    double share_;
    HitPrice price_;
    bool returns_;
    std::uint64_t shortest_ns_, cycle_ns_;
};

}  // namespace nmtx
