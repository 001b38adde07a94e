#include "hotspot/hsperfdata.h"

#include <algorithm>
#include <cstdint>

#include "catch.h"
#include "hotspot/identity.h"

using namespace std::string_literals;
using namespace nmtx;

namespace {

// Lays a file out as PerfMemory does, in either byte order.
class File {
  public:
    explicit File(bool little = true) : little_(little) {
        bytes_ = "\xca\xfe\xc0\xc0"s + (little ? '\1' : '\0') + "\x02\x00\x01"s;
        add(100, 4);  // used
        add(0, 4);    // overflow
        add(87'098'093, 8);
        add(32, 4);
        add(0, 4);
    }

    File& number(const std::string& name, std::int64_t value) {
        const std::size_t data = (20 + name.size() + 1 + 7) / 8 * 8;
        head(data + 8, 0, 'J', data, name);
        add(static_cast<std::uint64_t>(value), 8);
        return *this;
    }
    File& text(const std::string& name, const std::string& value, std::size_t reserved = 0) {
        const std::size_t data = 20 + name.size() + 1;
        const std::size_t vector = std::max(reserved, value.size() + 1);
        const std::size_t length = (data + vector + 7) / 8 * 8;
        head(length, vector, 'B', data, name);
        bytes_ += value;
        bytes_.resize(at_ + length, '\0');
        return *this;
    }
    [[nodiscard]] const std::string& as_laid_out() const { return bytes_; }

    static void put(std::string& out, std::size_t at, std::uint64_t value, std::size_t width,
                    bool little = true) {
        for (std::size_t i = 0; i < width; ++i)
            out[at + (little ? i : width - 1 - i)] = static_cast<char>(value >> (8 * i) & 0xFFU);
    }

  private:
    void head(std::size_t length, std::size_t vector, char type, std::size_t data, const std::string& name) {
        at_ = bytes_.size();
        add(length, 4);
        add(20, 4);
        add(vector, 4);
        bytes_ += type;
        bytes_ += "\0\1\1"s;
        add(data, 4);
        bytes_ += name + '\0';
        bytes_.resize(at_ + data, '\0');
        ++count_;
        put(bytes_, 28, static_cast<std::uint64_t>(count_), 4, little_);
    }
    void add(std::uint64_t value, std::size_t width) {
        bytes_.resize(bytes_.size() + width);
        put(bytes_, bytes_.size() - width, value, width, little_);
    }

    bool little_;
    std::string bytes_;
    std::size_t at_ = 0;
    int count_ = 0;
};

std::string sample(bool little = true) {
    return File(little)
        .text("sun.gc.policy.name", "GarbageFirst")
        .number("sun.gc.generation.0.capacity", 8'388'632)
        .text("java.rt.vmArgs", "-XX:NativeMemoryTracking=detail -Xmx512m", 1024)
        .number("sun.rt.createVmBeginTime", -1)
        .as_laid_out();
}

std::string hsperfdata_error(const std::string& bytes) {
    const auto perf = parse_hsperfdata(bytes);
    REQUIRE_FALSE(perf.has_value());
    return to_string(perf.error());
}

}  // namespace

TEST_CASE("hsperfdata: numbers and texts are read in either byte order") {
    for (const bool little : {true, false}) {
        CAPTURE(little);
        const auto perf = parse_hsperfdata(sample(little));
        REQUIRE(perf.has_value());
        CHECK(perf->accessible);
        CHECK(perf->modified == 87'098'093);
        CHECK(perf->counters.size() == 4);
        CHECK((perf->text("sun.gc.policy.name") == "GarbageFirst"));
        CHECK((perf->text("java.rt.vmArgs") == "-XX:NativeMemoryTracking=detail -Xmx512m"));
        CHECK((perf->number("sun.gc.generation.0.capacity") == 8'388'632));
        CHECK((perf->number("sun.rt.createVmBeginTime") == -1));
        CHECK_FALSE(perf->number("sun.gc.policy.name").has_value());
        CHECK_FALSE(perf->text("sun.rt.createVmBeginTime").has_value());
        CHECK_FALSE(perf->text("no.such").has_value());
    }
}

TEST_CASE("hsperfdata: a name that comes twice has its last value") {
    const auto perf = parse_hsperfdata(File().number("a", 1).text("a", "x").number("a", 2).as_laid_out());
    REQUIRE(perf.has_value());
    CHECK((perf->number("a") == 2));
}

TEST_CASE("hsperfdata: a file that the JVM is still laying out has no counters and is no error") {
    std::string bytes = sample();
    bytes[7] = 0;
    bytes.resize(40);
    const auto perf = parse_hsperfdata(bytes);
    REQUIRE(perf.has_value());
    CHECK_FALSE(perf->accessible);
    CHECK(perf->counters.empty());
}

TEST_CASE("hsperfdata: bytes behind the last entry are not looked at") {
    const auto perf = parse_hsperfdata(sample() + std::string(1000, '\xff'));
    REQUIRE(perf.has_value());
    CHECK(perf->counters.size() == 4);
}

TEST_CASE("hsperfdata: what is no jvmstat file says what was expected") {
    CHECK(hsperfdata_error("") == "hsperfdata: expected at least 32 bytes of jvmstat data, found 0");
    CHECK(hsperfdata_error(std::string(64, 'x')) ==
          "hsperfdata: expected the magic number cafec0c0 of jvmstat data");
    std::string bytes = sample();
    bytes[5] = 3;
    CHECK(hsperfdata_error(bytes) == "hsperfdata: expected format 2 of jvmstat data, found 3");
    bytes = sample();
    bytes[4] = 7;
    CHECK(hsperfdata_error(bytes) == "hsperfdata: expected the byte order 0 or 1, found 7");
    bytes = sample();
    File::put(bytes, 28, 100'001, 4);
    CHECK(hsperfdata_error(bytes) == "hsperfdata: expected at most 100000 entries, found 100001");
    bytes = sample();
    File::put(bytes, 24, 4, 4);
    CHECK(hsperfdata_error(bytes) == "hsperfdata: expected the offset of the first entry, found 4");
}

TEST_CASE("hsperfdata: offsets and lengths that leave their entry name the entry") {
    const auto with = [](std::size_t at, std::uint64_t value) {
        std::string bytes = sample();
        File::put(bytes, 32 + at, value, 4);
        return hsperfdata_error(bytes);
    };
    for (const std::uint64_t length : {0ULL, 19ULL, 0xFFFFFFFFULL, 0x7FFFFFFFULL})
        CHECK(
            with(0, length).starts_with("hsperfdata: entry 0 at byte 32: expected an entry inside the file"));
    for (const std::uint64_t name : {0xFFFFFFFFULL, 5000ULL})
        CHECK(with(4, name).starts_with("hsperfdata: entry 0 at byte 32: expected offsets inside the entry"));
    CHECK(with(8, 5000).starts_with("hsperfdata: entry 0 at byte 32: expected a string inside the entry"));
    CHECK(with(16, 0x80000000ULL)
              .starts_with("hsperfdata: entry 0 at byte 32: expected offsets inside the entry"));
}

TEST_CASE("hsperfdata: every prefix and every changed byte gives a value or an error") {
    const std::string bytes = sample();
    for (std::size_t n = 0; n < bytes.size(); ++n)
        CHECK_FALSE(parse_hsperfdata(bytes.substr(0, n)).has_value());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const unsigned flip : {1U, 0x80U, 0xFFU}) {
            std::string changed = bytes;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ flip);
            (void)parse_hsperfdata(changed);
        }
}

TEST_CASE("hsperfdata: the collector by policy, by names of collectors, and by their absence") {
    const auto gc = [](const File& file) {
        const auto perf = parse_hsperfdata(file.as_laid_out());
        REQUIRE(perf.has_value());
        return gc_of_hsperfdata(*perf).value_or("unknown");
    };
    CHECK(gc(File().text("sun.gc.policy.name", "ParScav:MSC")) == "Parallel");
    CHECK(gc(File().text("sun.gc.collector.2.name", "Z concurrent cycle pauses")) == "Z");
    CHECK(gc(File().text("sun.gc.collector.0.name", "ZGC minor collection pauses")) == "Z");
    CHECK(gc(File()
                 .text("sun.gc.collector.0.name", "Shenandoah partial")
                 .text("sun.gc.generation.1.name", "Heap")) == "Shenandoah");
    CHECK(gc(File().text("sun.gc.generation.1.name", "Heap")) == "Epsilon");
    CHECK(gc(File().text("sun.gc.collector.0.name", "Something new")) == "unknown");
    CHECK(gc(File()) == "unknown");
}

TEST_CASE("hsperfdata: what the collectors count, over all of them, and when the last one ended") {
    HsPerfData perf;
    CHECK_FALSE(gc_counters(perf));
    perf.counters["sun.gc.generation.0.space.0.used"] = std::int64_t{1000};
    perf.counters["sun.gc.generation.1.space.0.used"] = std::int64_t{2000};
    perf.counters["sun.gc.generation.1.space.0.capacity"] = std::int64_t{9000};
    REQUIRE(gc_counters(perf));
    CHECK_FALSE(gc_counters(perf)->collections);
    CHECK_FALSE(gc_counters(perf)->last_ended_s);
    perf.counters["sun.gc.collector.0.invocations"] = std::int64_t{11};
    perf.counters["sun.gc.collector.1.invocations"] = std::int64_t{1};
    perf.counters["sun.gc.collector.0.lastExitTime"] = std::int64_t{336607366};
    perf.counters["sun.gc.collector.1.lastExitTime"] = std::int64_t{2500000000};
    perf.counters["sun.os.hrt.frequency"] = std::int64_t{1000000000};
    CHECK(gc_counters(perf)->used == Bytes(3000));
    CHECK(gc_counters(perf)->collections == 12);
    CHECK(gc_counters(perf)->last_ended_s == 2.5);
}

TEST_CASE("hsperfdata: the Java heap's use is the sum over generations and spaces") {
    HsPerfData perf;
    CHECK_FALSE(gc_counters(perf));
    perf.counters["sun.gc.generation.0.space.0.used"] = std::int64_t{100};
    perf.counters["sun.gc.generation.0.space.2.used"] = std::int64_t{20};
    perf.counters["sun.gc.generation.1.space.0.used"] = std::int64_t{3};
    perf.counters["sun.gc.metaspace.used"] = std::int64_t{5000};
    CHECK(gc_counters(perf)->used == Bytes(123));
    CHECK_FALSE(gc_counters(perf)->collections);
    perf.counters["sun.gc.collector.0.invocations"] = std::int64_t{4};
    perf.counters["sun.gc.collector.2.invocations"] = std::int64_t{1};
    CHECK(gc_counters(perf)->collections == 5U);
    perf.counters["sun.gc.collector.1.invocations"] = std::int64_t{-7};  // no count is negative
    CHECK(gc_counters(perf)->collections == 5U);
}

TEST_CASE("hsperfdata: strings are rewritten, and the layout does not tell how long they were") {
    for (const bool little : {true, false}) {
        const auto file_with = [&](const std::string& arguments) {
            return File(little)
                .text("java.rt.vmArgs", arguments)
                .number("sun.rt.createVmBeginTime", 4711)
                .text("sun.gc.policy.name", "GarbageFirst")
                .as_laid_out();
        };
        const auto rewritten = [](const std::string& bytes) {
            return rewrite_hsperfdata(bytes, [](std::string_view name, std::string_view value) {
                return name == "java.rt.vmArgs" ? std::string("-Dp=********") : std::string(value);
            });
        };
        const auto one = rewritten(file_with("-Dp=x"));
        const auto other = rewritten(file_with("-Dp=" + std::string(100, 'x')));
        REQUIRE(one.has_value());
        REQUIRE(other.has_value());
        CHECK(other->starts_with(*one));
        CHECK(other->find_first_not_of('\0', one->size()) == std::string::npos);
        const auto perf = parse_hsperfdata(*other);
        REQUIRE(perf.has_value());
        CHECK(perf->text("java.rt.vmArgs") == "-Dp=********");
        CHECK(perf->text("sun.gc.policy.name") == "GarbageFirst");
        CHECK(perf->number("sun.rt.createVmBeginTime") == 4711);
        CHECK(*rewritten(*other) == *other);
    }
}

TEST_CASE("hsperfdata: of a file that the JVM is still laying out a rewritten one has the beginning alone") {
    std::string bytes = sample();
    bytes[7] = '\0';
    const auto rewritten = rewrite_hsperfdata(
        bytes, [](std::string_view, std::string_view value) { return std::string(value); });
    REQUIRE(rewritten.has_value());
    CHECK(rewritten->size() == bytes.size());
    CHECK(rewritten->find_first_not_of('\0', 32) == std::string::npos);
    CHECK(parse_hsperfdata(*rewritten)->counters.empty());
}
