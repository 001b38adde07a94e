// What reading a paste costs: 100 MB of smaps, NMT detail, pmap and thread dumps with prose between them,
// beside the least that any reader of the text must do: to find its newlines.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "pasted/parts/pasted.h"
#include "pasted/read/read_pasted.h"

namespace {

void add_smaps(std::string& text, std::size_t mappings) {
    std::uint64_t address = 0x7f0000000000;
    for (std::size_t i = 0; i < mappings; ++i) {
        const std::uint64_t end = address + (1 + i % 64) * 4096;
        text += fmt::format("{:x}-{:x} rw-p 00000000 00:00 0 \n", address, end);
        for (const std::string_view key :
             {"Size:", "KernelPageSize:", "MMUPageSize:", "Rss:", "Pss:", "Shared_Clean:", "Shared_Dirty:",
              "Private_Clean:", "Private_Dirty:", "Referenced:", "Anonymous:", "AnonHugePages:", "Swap:",
              "Locked:"})
            text += fmt::format("{:<16}{:>8} kB\n", key, i % 7 * 4);
        text += "VmFlags: rd wr mr mw me ac \n";
        address = end + 4096;
    }
}

void add_nmt(std::string& text, std::size_t regions) {
    text +=
        "Native Memory Tracking:\n\nTotal: reserved=3000KB, committed=1500KB\n"
        "-                 Java Heap (reserved=3000KB, committed=1500KB)\n"
        "                            (mmap: reserved=3000KB, committed=1500KB)\n\nVirtual memory map:\n\n";
    std::uint64_t address = 0x7f0000000000;
    for (std::size_t i = 0; i < regions; ++i) {
        text += fmt::format("[0x{:016x} - 0x{:016x}] reserved and committed 1024KB for Thread Stack from\n",
                            address, address + (1U << 20U));
        for (int frame = 0; frame < 4; ++frame)
            text += fmt::format("    [0x{:016x}] JavaThread::thread_main_inner()+0x{:x}\n", address + i,
                                frame * 16);
        text += '\n';
        address += 2U << 20U;
    }
    text += "Details:\n\n";
}

void add_pmap(std::string& text, std::size_t rows) {
    text += "4711:   java -Xmx1g Main\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n";
    for (std::size_t i = 0; i < rows; ++i)
        text += fmt::format("{:016x}    1012      92      92 rw---   [ anon ]\n",
                            0x7f0000000000 + i * (1U << 20U));
}

void add_threads(std::string& text, std::size_t threads) {
    text += "Full thread dump OpenJDK 64-Bit Server VM (17.0.1+12 mixed mode):\n\n";
    for (std::size_t i = 0; i < threads; ++i) {
        text += fmt::format(
            "\"worker-{}\" #{} prio=5 os_prio=0 cpu=1.0ms elapsed=2.0s tid=0x00007f8141bff000 nid=0x{:x} "
            "waiting on condition  [0x00007f8141bfe000]\n   java.lang.Thread.State: TIMED_WAITING "
            "(sleeping)\n",
            i, i, i);
        for (int frame = 0; frame < 12; ++frame)
            text += fmt::format("\tat com.example.service.Worker.step{}(Worker.java:{})\n", frame, frame * 7);
        text += '\n';
    }
}

std::string paste(std::size_t least) {
    std::string text;
    while (text.size() < least) {
        text += "And this is what it looked like an hour later:\n";
        add_smaps(text, 12'000);
        text += "$ jcmd 4711 VM.native_memory detail\n4711:\n";
        add_nmt(text, 8'000);
        text += "$ pmap -x 4711\n";
        add_pmap(text, 8'000);
        text += "\nAny idea?\n\n";
        add_threads(text, 3'000);
    }
    return text;
}

std::size_t newlines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

template <typename Work>
double milliseconds(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main() {
    constexpr int runs = 5;
    const std::string text = paste(100'000'000);
    std::size_t lines = 0, parts = 0, left = 0;
    double floor = 1e9, read = 1e9;
    for (int run = 0; run < runs; ++run) {
        floor = std::min(floor, milliseconds([&] { lines = newlines(text); }));
        std::vector<nmtx::PastedInput> inputs;
        inputs.push_back({"paste", text});
        read = std::min(read, milliseconds([&] {
                            const auto pasted = nmtx::read_pasted(std::move(inputs));
                            parts = pasted.texts.front().parts.size();
                            left = pasted.texts.front().leftovers.size();
                        }));
    }
    const double megabytes = static_cast<double>(text.size()) / 1e6;
    fmt::print(
        "{:.1f} MB, {} lines, {} texts, {} pieces of prose: read in {:.0f} ms, {:.0f} MB/s; newline pass "
        "{:.0f} ms, ratio {:.1f}\n",
        megabytes, lines, parts, left, read, megabytes / read * 1e3, floor, read / floor);
    return parts > 0 && read < 2000 ? 0 : 1;
}
