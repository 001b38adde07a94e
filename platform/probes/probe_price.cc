#include "platform/probes/probe_price.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "platform/os/clock.h"
#include "platform/probes/call_scout.h"
#include "platform/probes/probe_ring.h"
#include "platform/proc/mapped_file.h"
#include "platform/symbols/unwind_files.h"

// The one begins with a push, as malloc does, the other with an instruction that the kernel does not emulate.
asm(R"(
    .pushsection .text
    .globl nmtx_priced_function
    .hidden nmtx_priced_function
    .type nmtx_priced_function, @function
    .p2align 4
nmtx_priced_function:
    push %rbx
    pop %rbx
    ret
    .size nmtx_priced_function, . - nmtx_priced_function
    .globl nmtx_priced_twice
    .hidden nmtx_priced_twice
    .type nmtx_priced_twice, @function
    .p2align 4
nmtx_priced_twice:
    mov %rdi, %rax
    ret
    .size nmtx_priced_twice, . - nmtx_priced_twice
    .popsection
)");
extern "C" void nmtx_priced_function();
extern "C" void nmtx_priced_twice();

namespace nmtx {
namespace {

constexpr std::size_t rounds = 9;
constexpr int calls_a_round = 200, copies_a_round = 20;
// In other code than a loop a trap costs more: seen, 1.1 to 1.3 times as much.
constexpr double dearer_elsewhere = 1.2;
// Room for all copies: each goes to memory that is in no cache, as in a window.
constexpr std::size_t price_ring_pages = 1024;

// A window's copies are of stacks that are as deep.
using Priced = void (*)();
[[gnu::noinline]] void call_on_deep_stack(Priced priced) {
    std::array<volatile char, std::size_t{20} << 10U> stack;
    stack.front() = 0;
    priced();
    stack.back() = 0;
}

// The median of some rounds: one in which somebody else had our processor does not count.
template <typename Between>
double ns_a_call(Priced priced, int calls, Between between) {
    std::array<double, rounds> times{};
    for (double& time : times) {
        const std::uint64_t begin = monotonic_ns();
        for (int i = 0; i < calls; ++i) call_on_deep_stack(priced);
        time = static_cast<double>(monotonic_ns() - begin) / calls;
        between();
    }
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    return times[rounds / 2];
}

struct OwnPlace {
    Priced function = nullptr;
    Descriptor file;
    std::uint64_t offset = 0;
};

Expected<OwnPlace> own_place(Priced priced) {
    const auto own = ProcessFiles::open(static_cast<std::uint64_t>(::getpid()));
    if (!own) return tl::make_unexpected(own.error());
    const auto maps = own->read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const Address function{reinterpret_cast<std::uintptr_t>(priced)};
    const std::vector<MappedFile> code = mapped_code(*maps);
    const MappedFile* const file = code_at(code, function);
    if (file == nullptr) return failure("/proc/self/maps", "this program's own code is not in it");
    OwnPlace place{priced, open_mapped_file(*own, *file),
                   file->offset + (function.value - file->first.begin.value)};
    if (!place.file) return failure(file->path, "this program's own file cannot be opened");
    return place;
}

// So much more a call takes with this probe in the function; 0 where it cannot be had.
double cost_of(const UprobeType& type, const OwnPlace& own, bool returns, const ProbeRecords& records,
               double bare_ns, int& why, double& close_ns) {
    PerfProbe probe = PerfProbe::insert(type, {own.file.get(), own.offset, returns}, 0, records, why);
    if (!probe) return 0;
    ProbeRing ring;
    if (records.every > 0 && !ring.map(probe, price_ring_pages)) return 0;
    probe.enable();
    const bool copies = records.stack_bytes > 0;
    const double ns = ns_a_call(own.function, copies ? copies_a_round : calls_a_round, [&] {
        if (!copies) ring.take([](std::uint64_t) { return false; }, [](const ProbeRecord&) {});
    });
    ring = ProbeRing();
    const std::uint64_t begin = monotonic_ns();
    probe.take().close();
    close_ns = static_cast<double>(monotonic_ns() - begin);
    return std::max(0.0, ns - bare_ns);
}

}  // namespace

Expected<HitPrice> measure_hit_price(const UprobeType& type, std::uint32_t stack_bytes, bool returns,
                                     bool twice) {
    const auto own = own_place(twice ? &nmtx_priced_twice : &nmtx_priced_function);
    if (!own) return tl::make_unexpected(own.error());
    const double bare = ns_a_call(own->function, calls_a_round, [] {});
    int why = 0;
    HitPrice price;
    const auto cost = [&](bool returning, const ProbeRecords& records) {
        return cost_of(type, *own, returning, records, bare, why, price.close_ns);
    };
    const double call = cost(false, {});
    if (why != 0) return tl::make_unexpected(probe_refusal(why));
    price.call_ns = std::max(call, 100.0) * dearer_elsewhere;
    const double copy = cost(false, {1, stack_bytes});
    if (why == 0 && copy > price.call_ns) price.copy_ns = copy - price.call_ns;
    const double record = cost(false, {1, 0});
    if (why == 0) price.record_ns = std::max(record - price.call_ns, 100.0);
    price.look_ns = scout_price_ns();
    if (!returns) return price;
    const double back = cost(true, {1, 0});
    if (why == 0 && back > 0) price.return_ns = back;
    return price;
}

}  // namespace nmtx
