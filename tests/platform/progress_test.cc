#include "platform/terminal/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "catch.h"
#include "platform/os/descriptor.h"

using namespace nmtx;
using namespace std::chrono_literals;

namespace {

std::string at(std::chrono::milliseconds elapsed, std::uint64_t percent, std::size_t width,
               unsigned pass = 1) {
    return progress_text({elapsed, Bytes(percent * 1000), Bytes(100000), pass}, width);
}

Progress::Clock::time_point the_time;
Progress::Clock::time_point told_time() {
    return the_time;
}

// A terminal of our own: what is written to `slave` comes out of `master`.
struct Pty {
    explicit Pty(unsigned short columns) : master(::posix_openpt(O_RDWR | O_NOCTTY)) {
        REQUIRE(::grantpt(master.get()) == 0);
        REQUIRE(::unlockpt(master.get()) == 0);
        slave = Descriptor(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY));
        resize(columns);
    }
    void resize(unsigned short columns) const {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = columns;
        REQUIRE(::ioctl(slave.get(), TIOCSWINSZ, &size) == 0);
    }
    // All that has been written up to now: an end is marked, and read up to.
    [[nodiscard]] std::string written() const {
        REQUIRE(::write(slave.get(), "$", 1) == 1);
        std::string text;
        std::array<char, 4096> buffer{};
        while (text.empty() || text.back() != '$') {
            pollfd ready{master.get(), POLLIN, 0};
            REQUIRE(::poll(&ready, 1, 20000) == 1);
            const ssize_t got = ::read(master.get(), buffer.data(), buffer.size());
            REQUIRE(got > 0);
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        text.pop_back();
        return text;
    }
    Descriptor master, slave;
};

// What a terminal of that width shows in the end; fails where anything would wrap.
std::string shown(const std::string& text, std::size_t width) {
    std::string line;
    std::size_t column = 0;
    for (const char c : text) {
        if (c == '\r') {
            column = 0;
            continue;
        }
        CHECK(static_cast<unsigned char>(c) >= 0x20);
        CHECK(static_cast<unsigned char>(c) < 0x7f);
        if (line.size() <= column) line.resize(column + 1, ' ');
        line[column++] = c;
        CHECK(column < width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

TEST_CASE("progress: there is nothing to be seen within the first second") {
    CHECK(at(0ms, 50, 80).empty());
    CHECK(at(999ms, 99, 80).empty());
    CHECK_FALSE(at(1000ms, 0, 80).empty());
}

TEST_CASE("progress: a bar that fills, and in which pass over the memory it is") {
    CHECK(at(2s, 0, 60) == "nmtx: analysing malloc [............................]   0 %");
    CHECK(at(2s, 50, 60) == "nmtx: analysing malloc [##############..............]  50 %");
    CHECK(at(2s, 100, 60) == "nmtx: analysing malloc [############################] 100 %");
    CHECK(at(2s, 50, 60, 2) == "nmtx: analysing malloc, pass 2 [##########..........]  50 %");
    CHECK(progress_text({2s, Bytes(7), Bytes(5), 1}, 60).find("100 %") != std::string::npos);
    CHECK(progress_text({2s, Bytes(0), Bytes(0), 1}, 60).empty());
}

TEST_CASE("progress: never wider than the terminal, whatever its width") {
    for (std::size_t width = 0; width < 300; ++width) {
        for (const std::uint64_t percent : {0U, 7U, 100U}) {
            for (const unsigned pass : {1U, 2U, 4000000000U}) {
                const std::string text = at(3s, percent, width, pass);
                CAPTURE(width, text);
                CHECK(text.size() <= (width == 0 ? 0 : width - 1));
                CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
                if (width > 6) CHECK_FALSE(text.empty());
            }
        }
    }
}

TEST_CASE("progress: on a terminal it begins after a second, is drawn ten times a second, and is gone") {
    const Pty pty(70);
    the_time = {};
    {
        Progress progress(pty.slave.get(), &told_time);
        for (int ms = 0; ms < 1000; ++ms, the_time += 1ms) progress.reached(Bytes(1), Bytes(100));
        CHECK(pty.written().empty());
        for (int ms = 0; ms < 1000; ++ms, the_time += 1ms) progress.reached(Bytes(42), Bytes(100));
        const std::string text = pty.written();
        CHECK(std::count(text.begin(), text.end(), '\r') == 10);
        CHECK(shown(text, 70).find(" 42 %") != std::string::npos);
        progress.reached(Bytes(3), Bytes(100));
        CHECK(shown(pty.written(), 70).find("pass 2") != std::string::npos);
    }
    CHECK(shown("x" + pty.written(), 70).empty());
}

TEST_CASE("progress: a terminal that becomes narrower gets a shorter line") {
    const Pty pty(100);
    the_time = {};
    Progress progress(pty.slave.get(), &told_time);
    the_time += 2s;
    progress.reached(Bytes(42), Bytes(100));
    CHECK(pty.written().size() > 70);
    pty.resize(20);
    the_time += 1s;
    progress.reached(Bytes(43), Bytes(100));
    CHECK(shown(pty.written(), 20) == "nmtx:  43 %");
    progress.erase();
    CHECK(shown(pty.written(), 20).empty());
}

TEST_CASE("progress: what is no terminal gets not a byte") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const Descriptor out(ends[0]), in(ends[1]);
    the_time = {};
    for (const int fd : {in.get(), -1}) {
        Progress progress(fd, &told_time);
        for (int i = 0; i < 10; ++i, the_time += 1s) progress.reached(Bytes(1), Bytes(2));
    }
    pollfd ready{out.get(), POLLIN, 0};
    CHECK(::poll(&ready, 1, 0) == 0);
}

TEST_CASE("progress: memory tells it until it is told another") {
    const Pty pty(80);
    struct Nothing : WatchedMemory {
        std::size_t read(Address, std::span<std::byte>) override { return 0; }
        std::vector<Range> resident_runs(Range) override { return {}; }
    } memory;
    the_time = {};
    Progress progress(pty.slave.get(), &told_time);
    the_time += 2s;
    memory.reached(Bytes(1), Bytes(2));
    memory.show(&progress);
    memory.reached(Bytes(1), Bytes(2));
    memory.show(nullptr);
    the_time += 2s;
    memory.reached(Bytes(1), Bytes(2));
    const std::string text = pty.written();
    CHECK(std::count(text.begin(), text.end(), '\r') == 1);
}
