// What is typed, clicked and sent to `nmtx watch`, on terminals of several sizes, and its lines of JSON.
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "catch.h"
#include "live/live_jvm.h"
#include "live/terminal.h"
#include "valid_json.h"

using namespace nmtx::live;

namespace {

std::vector<std::string> lines_of_screen(const std::string& screen) {
    std::vector<std::string> lines;
    std::istringstream in(screen);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::size_t columns_of(const std::string& line) {
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return columns;
}

// The line of the screen, the first one being 1, as the mouse counts them.
std::size_t row_with(const std::string& screen, const std::string& text) {
    const auto lines = lines_of_screen(screen);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].find(text) != std::string::npos) return i + 1;
    }
    return 0;
}

std::string click_at(std::size_t row) {
    const std::string place = ";3;" + std::to_string(row);
    return "\x1b[<0" + place + "M\x1b[<0" + place + "m";
}

}  // namespace

TEST_CASE("live: watch collides with nothing on terminals from 60 by 15 to 200 by 60", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {"leak=1000x1009"});
    struct Size {
        std::size_t width, height;
    };
    for (const auto [width, height] : {Size{60, 15}, Size{80, 24}, Size{100, 24}, Size{200, 60}}) {
        CAPTURE(width, height);
        TerminalProgram watch({"watch", jvm.pid_text(), "--every=300ms"}, {.width = width, .height = height});
        REQUIRE(watch.shows("jvm/java heap"));
        REQUIRE(watch.wait_until([](const std::string& screen) {
            return screen.find("MiB/min over") != std::string::npos ||
                   screen.find("no growth seen") != std::string::npos;
        }));
        const std::string screen = watch.screen();
        INFO(screen);
        const auto lines = lines_of_screen(screen);
        CHECK(lines.size() == height);
        for (const std::string& line : lines) CHECK(columns_of(line) <= width);
        CHECK(lines.front().find("RSS ") == 0);
        CHECK(lines.back().find("q") != std::string::npos);
        // A row: its name, a blank at least, and then figures with blanks between them.
        static const std::regex row(
            R"(^\S.* +<?[0-9]+\.[0-9] +(-|[-+]?[0-9.]+) +(-|[-+]?[0-9.]+)( +(-|[-+]?[0-9.]+))?( +[0-9.]+)?( +(█)+)?$)");
        const std::size_t first = row_with(screen, "owner, MiB");
        REQUIRE(first > 0);
        std::size_t rows = 0;
        for (std::size_t i = first; i + 1 < lines.size() && !lines[i].empty(); ++i, ++rows) {
            CAPTURE(lines[i]);
            CHECK(std::regex_match(lines[i], row));
        }
        CHECK(rows >= 4);
        if (width == 200) CHECK(screen.find("…") == std::string::npos);
        watch.type("?");
        CHECK(watch.shows("nmtx watch: keys"));
        watch.type("qq");
        CHECK(watch.end() == 0);
        CHECK(watch.restored());
    }
}

TEST_CASE("live: watch filters by what is typed, and Enter shows what the selected owner is", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {});
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=60m"}, {});
    REQUIRE(watch.shows("jvm/java heap"));
    watch.type("/JAVA HEAP");
    CHECK(watch.shows("/JAVA HEAP_"));
    CHECK(watch.wait_until([](const std::string& screen) {
        return lines_of_screen(screen)[row_with(screen, "owner, MiB")].starts_with("jvm/java heap ");
    }));
    watch.type("\r\r");  // keeps the filter, then asks for details of the first row
    CHECK(watch.shows("Source: "));
    CHECK(watch.shows("Grows: "));
    watch.type("q");
    CHECK(watch.shows("s l r n sort"));
    watch.type("\x1b");
    CHECK(watch.shows("file/jvm library"));
    watch.type("z");
    CHECK(watch.shows("refresh 2 "));
    watch.type("q");
    CHECK(watch.end() == 0);
    CHECK(watch.restored());
}

TEST_CASE("live: watch takes clicks and the wheel, and the mouse is the terminal's again afterwards",
          "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {});
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=60m"}, {.height = 14});
    REQUIRE(watch.shows("file/jvm library"));
    CHECK(watch.output().find("1000h") != std::string::npos);
    const std::size_t row = row_with(watch.screen(), "file/jvm library");
    // One after the other, as no hand is faster than a read of the terminal.
    for (const std::string& event : {click_at(row), click_at(row)}) {
        watch.type(event);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    CHECK(watch.shows("Source: "));
    watch.type("q");
    CHECK(watch.shows("1-"));
    watch.type("\x1b[<65;3;9M");
    CHECK(watch.shows("4-"));
    watch.type("\x1b[<64;3;9M");
    CHECK(watch.shows("1-"));
    watch.type("q");
    CHECK(watch.end() == 0);
    CHECK(watch.restored());
}

TEST_CASE("live: watch that a fault ends leaves the terminal as it was", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {}, {});
    for (const int number : {SIGSEGV, SIGABRT}) {
        TerminalProgram watch({"watch", jvm.pid_text(), "--every=60m"}, {});
        REQUIRE(watch.shows("jvm/java heap"));
        watch.signal(number);
        CHECK(watch.end() == 128 + number);
        CHECK(watch.restored());
    }
}

TEST_CASE("live: watch --json prints one object a refresh, whose rows sum to RSS, until the JVM ends",
          "[any-jdk]") {
    auto jvm = std::make_unique<LiveJvm>(jdk_under_test(),
                                         std::vector<std::string>{"-XX:NativeMemoryTracking=summary"},
                                         std::vector<std::string>{"leak=1000x1009"});
    TerminalProgram watch({"watch", jvm->pid_text(), "--json", "--every=200ms"}, {});
    const auto objects = [&] {
        std::vector<nlohmann::json> all;
        std::istringstream in(watch.output());
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("{") && line.ends_with("}\r")) all.push_back(nlohmann::json::parse(line));
        }
        return all;
    };
    CHECK(watch.wait_until([&](const std::string&) { return objects().size() >= 2; }));
    const std::size_t before = objects().size();
    jvm->take("leak=20000x1009");
    CHECK(watch.wait_until([&](const std::string&) {
        return objects().back()["rss_since_start_bytes"].get<std::int64_t>() > (15 << 20);
    }));
    CHECK(objects().size() > before);
    nmtx::test::JsonOutputs outputs;
    for (const auto& object : objects()) {
        outputs.add("watch", "watch --json", object.dump());
        CHECK(object["pid"] == jvm->pid());
        std::uint64_t sum = 0;
        for (const auto& owner : object["owners"]) sum += owner["resident_bytes"].get<std::uint64_t>();
        CHECK(sum == object["rss_bytes"].get<std::uint64_t>());
    }
    CHECK(outputs.errors() == "");
    jvm.reset();
    CHECK(watch.end() == 0);
}
