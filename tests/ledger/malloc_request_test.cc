#include "ledger/plan/malloc_request.h"

#include "catch.h"
#include "support/made_process.h"

using namespace nmtx;
using made::libjvm;

namespace {

constexpr std::string_view libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";

made::Process usual() {
    made::Process process;
    process.map(0x1000000, 0x1021000, "rw-p", 40, "[heap]")
        .map(0x1021000, 0x1100000, "---p", 0, "[heap]")
        .map(0x1100000, 0x1200000, "rw-p", 40, "[heap]")
        .map(0x7f0000000000, 0x7f0000100000, "rw-p", 400)
        .map(0x7f0010000000, 0x7f0010020000, "r--p", 100, libc, 11)
        .map(0x7f0010020000, 0x7f0010180000, "r-xp", 900, libc, 11, 0x20000)
        .map(0x7f0010180000, 0x7f0010184000, "r--p", 16, libc, 11, 0x180000)
        .map(0x7f0010184000, 0x7f0010186000, "rw-p", 8, libc, 11, 0x184000)
        .map(0x7f0010186000, 0x7f0010193000, "rw-p", 20)
        .map(0x7f0020000000, 0x7f0020800000, "r-xp", 900, libjvm, 12)
        .map(0x7f0020800000, 0x7f0020900000, "rw-p", 900, libjvm, 12, 0x800000)
        .map(0x7f0020a00000, 0x7f0020b00000, "r--p", 900, "/usr/lib/locale/locale-archive", 13)
        .map(0x7f0020c00000, 0x7f0020d00000, "rw-s", 900, "/dev/shm/x", 14);
    return process;
}

}  // namespace

TEST_CASE("malloc request: libc's writable data with its .bss, and the brk to its end") {
    made::Process process = usual();
    const MallocRequest request = malloc_request(process.read(), {});
    CHECK(request.allocator == "glibc");
    REQUIRE(request.search.libc_data.size() == 2);
    CHECK(request.search.libc_data[0] == range_of(0x7f0010184000, 0x7f0010186000));
    CHECK(request.search.libc_data[1] == range_of(0x7f0010186000, 0x7f0010193000));
    CHECK(request.search.brk == range_of(0x1000000, 0x1200000));
    REQUIRE(request.search.candidates.size() == 1);
    CHECK(request.search.candidates[0] == range_of(0x7f0000000000, 0x7f0000100000));
}

TEST_CASE("malloc request: files are those of which something can be executed; ranges ascend") {
    made::Process process = usual();
    const MallocRequest request = malloc_request(process.read(), {});
    REQUIRE(request.files.size() == 2);
    CHECK(request.files[0].path == libc);
    CHECK(request.files[0].first == range_of(0x7f0010000000, 0x7f0010020000));
    CHECK(request.files[1].inode == 12);
    REQUIRE(request.file_ranges.size() == 7);
    CHECK(request.file_ranges[1].code);
    CHECK_FALSE(request.file_ranges[4].code);
    CHECK(request.file_ranges[4].range == range_of(0x7f0010186000, 0x7f0010193000));
    for (std::size_t i = 1; i < request.file_ranges.size(); ++i)
        CHECK(request.file_ranges[i - 1].range.end <= request.file_ranges[i].range.begin);
    REQUIRE(request.library_data.size() == 3);
    CHECK(request.library_data[2].file == 1);
}

TEST_CASE("malloc request: the headers follow the release and the level") {
    made::Process process = usual();
    ProcessView& view = process.read();
    const auto with = [&](int feature, std::string_view level) {
        view.version.emplace();
        view.version->feature = feature;
        view.options.emplace();
        view.options->nmt_level = nmt_level_named(level).value();
        view.options->nmt_given = true;
        return malloc_request(view, {});
    };
    CHECK(with(8, "summary").headers == NmtHeaders::size);
    CHECK(with(11, "detail").headers == NmtHeaders::size);
    CHECK(with(17, "summary").headers == NmtHeaders::canary);
    CHECK(with(17, "summary").headers_may_be_older);
    CHECK_FALSE(with(21, "summary").headers_may_be_older);
    CHECK(with(21, "summary").tags == 28);
    CHECK(with(21, "off").headers == NmtHeaders::none);
    view.vm = Vm::openj9;
    CHECK(with(21, "summary").headers == NmtHeaders::none);
}

TEST_CASE("malloc request: where nothing tells the release the canary alone is looked for") {
    made::Process process = usual();
    const MallocRequest request = malloc_request(process.read(), {});
    CHECK(request.headers == NmtHeaders::canary);
    CHECK(request.tags == most_tags);
}

TEST_CASE("malloc request: where nothing tells the release no category is guessed") {
    made::Process process = usual();
    const MallocRequest request = malloc_request(process.read(), {});
    REQUIRE(request.name_tags);
    std::vector<TagSum> sums(most_tags);
    sums[9].chunks.blocks = 60;  // Other on 17, Internal on 21
    const std::vector<std::string> names = request.name_tags(sums);
    REQUIRE(names.size() == most_tags);
    CHECK(names[5] == "GC");
    CHECK(names[9] == "category unknown (tag 9)");
    CHECK(names[10] == "category unknown (tag 10)");
    CHECK(names[63] == "category unknown (tag 63)");
}

TEST_CASE("malloc request: names of tags are those of the table that agrees with NMT's report") {
    made::Process process = usual();
    ProcessView& view = process.read();
    view.version.emplace();
    view.version->feature = 17;
    const MallocRequest request = malloc_request(view, {});
    REQUIRE(request.name_tags);
    const std::vector<std::string> names = request.name_tags(std::vector<TagSum>(most_tags));
    REQUIRE(names.size() > 8);
    CHECK(names[8] == "Internal");
}

TEST_CASE("malloc request: without a C library there is no data to search, and no file to ask") {
    made::Process process;
    process.map(0x400000, 0x500000, "r-xp", 40, "/bin/static", 5)
        .map(0x1000000, 0x1021000, "rw-p", 40, "[heap]");
    const ProcessView& view = process.read();
    CHECK(malloc_request(view, {}).search.libc_data.empty());
    CHECK(malloc_request(view, {}).allocator == "unknown");
    CHECK_FALSE(libc_of(*view.smaps).has_value());
    made::Process with = usual();
    const auto file = libc_of(*with.read().smaps);
    REQUIRE(file.has_value());
    CHECK(file->path == libc);
}

TEST_CASE("malloc request: libc under its old name, and deleted by an update, is libc") {
    made::Process process;
    process.map(0x7f0010000000, 0x7f0010020000, "r-xp", 100, "/lib/libc-2.31.so (deleted)", 11)
        .map(0x7f0010184000, 0x7f0010186000, "rw-p", 8, "/lib/libc-2.31.so (deleted)", 11, 0x184000)
        .map(0x7f0010200000, 0x7f0010210000, "rw-p", 8, "/lib/libc.so.6.cache", 12);
    const MallocRequest request = malloc_request(process.read(), {});
    CHECK_FALSE(request.search.libc_data.empty());
    CHECK(request.search.libc_data[0] == range_of(0x7f0010184000, 0x7f0010186000));
}

TEST_CASE("malloc request: a heap and a code cache in huge pages are no library's code or data") {
    made::Process process = usual();
    process.map(0x7f0030000000, 0x7f0034000000, "rwxp", 0, "/anon_hugepage (deleted)", 65150)
        .map(0x7f0034000000, 0x7f0044000000, "rw-p", 0, "/anon_hugepage (deleted)", 65151);
    const MallocRequest request = malloc_request(process.read(), {});
    CHECK(request.files.size() == 2);
    CHECK(request.file_ranges.size() == 7);
    CHECK(request.library_data.size() == 3);
}
