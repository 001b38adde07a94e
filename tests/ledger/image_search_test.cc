#include "ledger/claims/image_search.h"

#include <map>

#include "catch.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "ledger/plan/ranges_to_ask.h"

using namespace nmtx;

namespace {

// The files by their names, with what their program headers say.
class MadeFiles : public TargetFiles {
  public:
    std::map<std::string, std::vector<FileSegment>> known;
    std::size_t asked = 0;

    std::vector<std::optional<FileSymbol>> symbols(const MappedFile&, std::span<const Address> a) override {
        return std::vector<std::optional<FileSymbol>>(a.size());
    }
    std::optional<std::string> glibc_release(const MappedFile&) override { return std::nullopt; }
    std::vector<FileSegment> segments(const MappedFile& file) override {
        ++asked;
        const auto at = known.find(file.path);
        return at == known.end() ? std::vector<FileSegment>{} : at->second;
    }
};

// A library with 12 KiB of .bss, behind which the kernel has merged 64 MiB that somebody mapped.
constexpr std::string_view library_and_pool =
    "7f0000000000-7f0000002000 r--p 00000000 fe:00 7 /lib/a.so\nRss: 8 kB\n"
    "7f0000002000-7f0000004000 r-xp 00002000 fe:00 7 /lib/a.so\nRss: 8 kB\n"
    "7f0000004000-7f0000005000 r--p 00003000 fe:00 7 /lib/a.so\nRss: 4 kB\n"
    "7f0000005000-7f0000006000 rw-p 00004000 fe:00 7 /lib/a.so\nRss: 4 kB\n"
    "7f0000006000-7f0004006000 rw-p 00000000 00:00 0 \nRss: 65536 kB\n";

std::vector<FileSegment> segments_of_a() {
    return {{0, 0x1800, 0, 0x1800, false},
            {0x2000, 0x1f00, 0x2000, 0x1f00, false},
            {0x3f10, 0x10f0, 0x4f10, 0x40f0, true}};
}

}  // namespace

TEST_CASE("loaded images: .bss is what the last segment has in memory beyond its file, in whole pages") {
    const auto smaps = parse_smaps(library_and_pool).value();
    MadeFiles files;
    files.known["/lib/a.so"] = segments_of_a();
    const auto images = find_loaded_images(smaps, files);
    REQUIRE(images.images.size() == 1);
    CHECK(images.images[0].range == range_of(0x7f0000000000, 0x7f0000009000));
    CHECK(images.images[0].bss == std::vector<Range>{range_of(0x7f0000006000, 0x7f0000009000)});
    CHECK(files.asked == 1);
}

TEST_CASE("ledger: what follows a library is its .bss up to p_memsz, the rest of the mapping is not") {
    ProcessView view;
    view.smaps = parse_smaps(library_and_pool).value();
    SECTION("by the program header") {
        MadeFiles files;
        files.known["/lib/a.so"] = segments_of_a();
        view.loaded_images = find_loaded_images(*view.smaps, files);
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("file/native library/bss") == kib(12));
        CHECK(ledger.unexplained == kib(65536 - 12));
        CHECK(malloc_candidates(view) == std::vector<Range>{range_of(0x7f0000009000, 0x7f0004006000)});
    }
    SECTION("no .bss at all") {
        view.loaded_images = parse_loaded_images("image 7f0000000000-7f0000006000\n").value();
        CHECK(reconcile(view).value().unexplained == mib(64));
    }
    SECTION("of an unknown size: what is so large is not taken for .bss") {
        CHECK(reconcile(view).value().unexplained == mib(64));
    }
    SECTION("of an unknown size: a small one is, as an estimate") {
        std::string text(library_and_pool.substr(0, library_and_pool.find("7f0000006000-")));
        text += "7f0000006000-7f0000009000 rw-p 00000000 00:00 0 \nRss: 12 kB\n";
        view.smaps = parse_smaps(text).value();
        const auto ledger = reconcile(view).value();
        CHECK(ledger.resident_of("file/native library/bss") == kib(12));
        for (const Row& row : ledger.rows) CHECK(row.estimated == (row.path == "file/native library/bss"));
    }
}

TEST_CASE("loaded images: a mapping that no loader made, and headers that contradict themselves, are none") {
    MadeFiles files;
    files.known["/lib/a.so"] = segments_of_a();
    // Somebody reads the library as data, while it is loaded elsewhere.
    const std::string text =
        "7e0000000000-7e0000009000 r--p 00000000 fe:00 7 /lib/a.so\nRss: 8 kB\n"
        "7e000000a000-7e000000b000 rw-p 00000000 00:00 0 \nRss: 4 kB\n" +
        std::string(library_and_pool);
    CHECK(find_loaded_images(parse_smaps(text).value(), files).images.size() == 1);
    const auto smaps = parse_smaps(library_and_pool).value();
    for (const FileSegment wrong :
         {FileSegment{0x3f10, 0x10f0, 0x4f10, 0x10, true}, FileSegment{0x3f10, 0x10f0, 0x100, 0x40f0, true},
          FileSegment{0x3f10, 0x10f0, 0x4f10, ~std::uint64_t{0}, true}}) {
        files.known["/lib/a.so"] = segments_of_a();
        files.known["/lib/a.so"].back() = wrong;
        CHECK(find_loaded_images(smaps, files).images.empty());
    }
    files.known.clear();
    CHECK(find_loaded_images(smaps, files).images.empty());
}
