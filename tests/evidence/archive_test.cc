#include "evidence/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <limits>
#include <vector>

#include "catch.h"

using namespace std::string_literals;
using namespace nmtx;

namespace {

Capture sample() {
    Capture capture;
    capture.header.nmtx_version = "0.1.0";
    capture.header.pid = 3938;
    capture.header.boot_id = "4c3bb7f1-95f7-4a6e-8e3d-0d2f4e0a6b58";
    capture.header.start_ticks = std::numeric_limits<std::uint64_t>::max();
    capture.header.taken_at = "2026-11-22T20:16:28Z";
    capture.header.target_uptime_s = 0.1;
    capture.header.kernel_release = "6.18.44 \"x\"\n";
    capture.header.effort = Effort::standard;
    capture.header.page_size = 16384;
    capture.header.cost = {1.0 / 3, 1e22, 5e-324, 0.1};
    capture.add(document::smaps, "00400000-00401000 r-xp\nRss: 4 kB\n");
    capture.add(document::cmdline, "java\0-Xmx1g\0"s);
    capture.add("hotspot/VM.native_memory summary scale=b", "Native Memory Tracking:\n");
    capture.add("kernel/empty", "");
    std::string large;
    for (std::uint64_t i = 0, x = 88172645463325252ULL; i < 60'000; ++i) {
        x ^= x << 13U, x ^= x >> 7U, x ^= x << 17U;  // so that it does not compress to nothing
        large += static_cast<char>(x);
    }
    capture.add("kernel/large", large);
    capture.miss("hotspot/attach", {"the socket is another user's", "run as root"});
    capture.miss("kernel/\xff", {"a name that is \xc3\x28 no UTF-8", ""});
    capture.note_step({"kernel/smaps", 0.30000000000000004, 12.75});
    capture.note_step({"hotspot/attach", 13, -0.0});
    return capture;
}

struct Member {
    std::string name;
    std::string text;
    unsigned type = AE_IFREG;
};

// A tar of these members, by libarchive itself.
std::string tar(const std::vector<Member>& members) {
    std::size_t room = 8U << 20U;
    for (const Member& member : members) room += member.text.size();
    std::string out(room, '\0');
    std::size_t used = 0;
    archive* a = archive_write_new();
    archive_write_set_format_pax_restricted(a);
    archive_write_open_memory(a, out.data(), out.size(), &used);
    for (const Member& member : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.name.c_str());
        archive_entry_set_filetype(entry, member.type);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(member.text.size()));
        if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
        archive_write_header(a, entry);
        if (member.type == AE_IFREG) archive_write_data(a, member.text.data(), member.text.size());
        archive_entry_free(entry);
    }
    archive_write_close(a);
    archive_write_free(a);
    out.resize(used);
    return out;
}

std::string compressed(const std::string& bytes) {
    std::string out(8U << 20U, '\0');
    std::size_t used = 0;
    archive* a = archive_write_new();
    archive_write_set_format_raw(a);
    archive_write_add_filter_zstd(a);
    archive_write_set_bytes_in_last_block(a, 1);
    archive_write_open_memory(a, out.data(), out.size(), &used);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(a, entry);
    archive_write_data(a, bytes.data(), bytes.size());
    archive_entry_free(entry);
    archive_write_close(a);
    archive_write_free(a);
    out.resize(used);
    return out;
}

std::string packed(const std::vector<Member>& members) {
    return compressed(tar(members));
}

// The first member of a tar claims another size: 11 octal digits at 124, and the sum of the header's bytes at
// 148.
void claim_size(std::string& bytes, const std::string& octal) {
    bytes.replace(124, 11, octal);
    bytes.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(bytes[i]);
    std::string digits = "000000";
    for (std::size_t i = 0; i < 6; ++i, sum /= 8) digits[5 - i] = static_cast<char>('0' + sum % 8);
    bytes.replace(148, 7, digits + '\0');
}

const std::string index_text = R"({"format": 1, "pid": 7})";

std::string error_of(const std::vector<Member>& members) {
    const auto read = read_archive(packed(members), "x.nmtx");
    REQUIRE_FALSE(read.has_value());
    return to_string(read.error());
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

void check_equal(const Capture& a, const Capture& b) {
    CHECK(a.header.format == b.header.format);
    CHECK(a.header.nmtx_version == b.header.nmtx_version);
    CHECK(a.header.pid == b.header.pid);
    CHECK(a.header.start_ticks == b.header.start_ticks);
    CHECK(a.header.boot_id == b.header.boot_id);
    CHECK(a.header.taken_at == b.header.taken_at);
    CHECK(a.header.target_uptime_s == b.header.target_uptime_s);
    CHECK(a.header.kernel_release == b.header.kernel_release);
    CHECK(a.header.effort == b.header.effort);
    CHECK(a.header.page_size == b.header.page_size);
    CHECK(a.header.cost.cpu_ms == b.header.cost.cpu_ms);
    CHECK(a.header.cost.wall_ms == b.header.cost.wall_ms);
    CHECK(a.header.cost.attach_ms == b.header.cost.attach_ms);
    CHECK(a.header.cost.stood_still_ms == b.header.cost.stood_still_ms);
    CHECK(a.missing_documents() == b.missing_documents());
    REQUIRE(a.steps().size() == b.steps().size());
    for (std::size_t i = 0; i < a.steps().size(); ++i) {
        CHECK(a.steps()[i].document == b.steps()[i].document);
        CHECK(a.steps()[i].at_ms == b.steps()[i].at_ms);
        CHECK(a.steps()[i].took_ms == b.steps()[i].took_ms);
    }
    REQUIRE(a.documents().size() == b.documents().size());
    for (const auto& [name, text] : a.documents()) {
        CAPTURE(name);
        CHECK(b.text(name).has_value());
        CHECK((b.text(name) == std::string_view(*text)));
    }
}

}  // namespace

TEST_CASE("archive: a capture that is written and read is the same, to the last bit of its doubles") {
    const Capture capture = sample();
    const auto bytes = write_archive(capture);
    REQUIRE(bytes.has_value());
    const auto read = read_archive(*bytes, "x.nmtx");
    REQUIRE(read.has_value());
    check_equal(capture, *read);
}

TEST_CASE("archive: the same capture gives the same bytes, also after it was read back") {
    const auto once = write_archive(sample());
    const auto twice = write_archive(sample());
    REQUIRE(once.has_value());
    CHECK((*once == *twice));
    const auto read = read_archive(*once);
    REQUIRE(read.has_value());
    CHECK((*write_archive(*read) == *once));
}

TEST_CASE("archive: an empty capture survives") {
    const auto bytes = write_archive(Capture());
    REQUIRE(bytes.has_value());
    const auto read = read_archive(*bytes);
    REQUIRE(read.has_value());
    CHECK(read->documents().empty());
}

TEST_CASE("archive: a file that is cut short is an error") {
    const auto bytes = write_archive(sample());
    REQUIRE(bytes.has_value());
    for (std::size_t n = 0; n < bytes->size(); n += 97) {
        CAPTURE(n, bytes->size());
        CHECK_FALSE(read_archive(std::string_view(*bytes).substr(0, n)).has_value());
    }
    for (std::size_t n = bytes->size() - 30; n < bytes->size(); ++n) {
        CAPTURE(n, bytes->size());
        CHECK_FALSE(read_archive(std::string_view(*bytes).substr(0, n)).has_value());
    }
}

TEST_CASE("archive: flipped bits give an error or a value") {
    Capture small;
    small.add("kernel/smaps", std::string(2000, 'x') + "end");
    small.miss("hotspot/attach", {"why", "hint"});
    const auto bytes = write_archive(small);
    REQUIRE(bytes.has_value());
    for (std::size_t i = 0; i < bytes->size() * 8; ++i) {
        std::string flipped = *bytes;
        flipped[i / 8] = static_cast<char>(static_cast<unsigned char>(flipped[i / 8]) ^ (1U << (i % 8)));
        const auto read = read_archive(flipped);
        if (!read) CHECK_FALSE(read.error().what.empty());
    }
}

TEST_CASE("archive: names that would leave the archive's folder are refused") {
    for (const std::string name :
         {"/etc/passwd", "../x", "a/../../x", "a/..", "a/./b", "a//b", "kernel/\x1b[31m"}) {
        CAPTURE(name);
        CHECK(contains(error_of({{"capture.json", index_text}, {name, "x"}}),
                       "expected the name of a document"));
        Capture capture;
        capture.add(name, "x");
        CHECK_FALSE(write_archive(capture).has_value());
    }
    Capture capture;
    capture.add("capture.json", "{}");
    CHECK_FALSE(write_archive(capture).has_value());
}

TEST_CASE("archive: links are refused, folders and a leading ./ as tar makes them are not") {
    CHECK(contains(error_of({{"capture.json", index_text}, {"kernel/smaps", "", AE_IFLNK}}),
                   "expected a regular file"));
    const auto read = read_archive(packed(
        {{"./", "", AE_IFDIR}, {"./kernel/smaps", "x"}, {"./capture.json", index_text}, {"unknown", "y"}}));
    REQUIRE(read.has_value());
    CHECK((read->text("kernel/smaps") == "x"));
    CHECK((read->text("unknown") == "y"));
    CHECK(read->header.pid == 7);
}

TEST_CASE("archive: what unpacks to more than it may is refused before it is unpacked") {
    std::string bomb = tar({{"bomb", std::string(1U << 20U, '\0')}});
    claim_size(bomb, "30000000000");  // 3 GiB
    const auto read = read_archive(compressed(bomb), "x.nmtx");
    REQUIRE_FALSE(read.has_value());
    CHECK(to_string(read.error()).find("x.nmtx: bomb: expected at most ") == 0);
    CHECK(to_string(read.error()).find(" bytes, found 3221225472") != std::string::npos);
    claim_size(bomb, "10000000000");  // 1 GiB, which does not come
    CHECK_FALSE(read_archive(compressed(bomb), "x.nmtx").has_value());
    CHECK(contains(error_of({{"capture.json", std::string(5U << 20U, ' ')}}),
                   "expected at most 4194304 bytes"));
    std::vector<Member> many{{"capture.json", index_text}};
    for (int i = 0; i < 4100; ++i) many.push_back({"d/" + std::to_string(i), ""});
    CHECK(contains(error_of(many), "expected at most 4096 members"));
}

TEST_CASE("archive: what few bytes may become is bounded by their number, wherever in the file it is") {
    const std::string large(100U << 20U, '\0');
    const auto refused = [](const std::string& packed_tar) {
        CHECK(packed_tar.size() < 100'000);
        const auto read = read_archive(packed_tar, "x.nmtx");
        REQUIRE_FALSE(read.has_value());
        CHECK(to_string(read.error()).find("expected ") != std::string::npos);
    };
    SECTION("in a member that says its size") {
        refused(compressed(tar({{"capture.json", index_text}, {"kernel/smaps", large}})));
    }
    SECTION("in many members, each of them small enough") {
        std::vector<Member> many{{"capture.json", index_text}};
        for (int i = 0; i < 100; ++i)
            many.push_back({"d/" + std::to_string(i), std::string(1U << 20U, '\0')});
        refused(compressed(tar(many)));
    }
    SECTION("behind the end of the tar") {
        refused(compressed(tar({{"capture.json", index_text}}) + large));
    }
    SECTION("in a second frame") {
        refused(compressed(tar({{"capture.json", index_text}})) + compressed(large));
    }
}

TEST_CASE("archive: the texts of a process with very many like mappings are a capture") {
    std::string smaps;
    for (int i = 0; i < 40'000; ++i) {
        smaps += "7f00000" + std::to_string(10000 + i) + "000-7f00000" + std::to_string(10000 + i) +
                 "800 rw-p 00000000 00:00 0\n";
        for (int field = 0; field < 22; ++field) smaps += "Shared_Hugetlb:        0 kB\n";
    }
    const std::string file = compressed(tar({{"capture.json", index_text}, {"kernel/smaps", smaps}}));
    CHECK(file.size() < smaps.size() / 60);
    CHECK(read_archive(file, "x.nmtx").has_value());
}

TEST_CASE("archive: no capture.json, or one that is none, is an error") {
    CHECK(contains(error_of({{"kernel/smaps", "x"}}), "expected the member capture.json"));
    const auto says = [](const std::string& index, const std::string& what) {
        CAPTURE(index);
        const std::string error = error_of({{"capture.json", index}});
        CAPTURE(error);
        CHECK(contains(error, what));
    };
    says("", "expected JSON");
    says("{", "the JSON ends in the middle");
    says("\xff", "expected JSON");
    says(R"({"format": 1, "target_uptime_s": 1e999})", "expected JSON");
    says("[]", "expected an object");
    says("{}", "format: expected the number of the format, found none");
    says(R"({"format": 2})", "format: expected 1, found 2");
    says(R"({"format": "1"})", "format: expected a whole number, found string");
    says(R"({"format": 1, "pid": -1})", "pid: expected a whole number");
    says(R"({"format": 1, "pid": 1.5})", "pid: expected a whole number");
    says(R"({"format": 1, "pid": 18446744073709551616})", "pid: expected a whole number");
    says(R"({"format": 1, "page_size": 4294967296})", "page_size: expected a whole number");
    says(R"({"format": 1, "taken_at": 5})", "taken_at: expected a text");
    says(R"({"format": 1, "taken_at": {"hex": "0g"}})", "taken_at: expected a text");
    says(R"({"format": 1, "taken_at": {"hex": 1}})", "taken_at: expected a text");
    says(R"({"format": 1, "cost": 5})", "cost: expected an object");
    says(R"({"format": 1, "cost": {"cpu_ms": null}})", "cost.cpu_ms: expected a number");
    says(R"({"format": 1, "cost": {"stood_still_ms": "1"}})", "cost.stood_still_ms: expected a number");
    says(R"({"format": 1, "steps": {}})", "steps: expected a list");
    says(R"({"format": 1, "steps": [1]})", "steps[0]: expected an object");
    says(R"({"format": 1, "steps": [{}, {"at_ms": "x"}]})", "steps[1].at_ms: expected a number");
    says(R"({"format": 1, "missing": [{"why": []}]})", "missing[0].why: expected a text");
    says(std::string(2'000'000, '['), "the JSON ends in the middle");
}

TEST_CASE("archive: keys that a later nmtx adds are ignored") {
    const auto read = read_archive(
        packed({{"capture.json", R"({"format": 1, "new": [[[[[[[[[[[[1]]]]]]]]]]]], "pid": 9})"}}));
    REQUIRE(read.has_value());
    CHECK(read->header.pid == 9);
}

TEST_CASE("archive: what is no capture says so") {
    for (const std::string& text : {""s, "hello"s, std::string(600, '\0'), "\x28\xb5\x2f\xfd"s}) {
        const auto read = read_archive(text, "x.nmtx");
        REQUIRE_FALSE(read.has_value());
        CHECK(contains(to_string(read.error()), "x.nmtx"));
    }
}

TEST_CASE("archive: a time that is no number does not lose the capture") {
    Capture capture;
    capture.header.cost.cpu_ms = std::numeric_limits<double>::quiet_NaN();
    capture.note_step({"x", std::numeric_limits<double>::infinity(), 1});
    const auto bytes = write_archive(capture);
    REQUIRE(bytes.has_value());
    const auto read = read_archive(*bytes);
    REQUIRE(read.has_value());
    CHECK(read->header.cost.cpu_ms == 0);
}

TEST_CASE("archive: secrets that a stranger's capture has are taken out when it is read") {
    Capture capture;
    capture.header.effort = Effort::standard;
    capture.add(document::cmdline, "java\0-Ddb.password=hunter2\0Main\0"s);
    capture.add("hotspot/VM.command_line", "jvm_args: -Ddb.password=hunter2 -Xmx1g\n");
    capture.add(document::nmt_file, "token: hunter2\nNative Memory Tracking:\n");
    const auto bytes = write_archive(capture);
    REQUIRE(bytes.has_value());
    const auto read = read_archive(*bytes);
    REQUIRE(read.has_value());
    CHECK(read->documents().size() == 3);
    for (const auto& [name, text] : read->documents()) {
        INFO(name);
        CHECK(text->find("hunter2") == std::string::npos);
        CHECK(text->find("********") != std::string::npos);
    }
}
