// What root's nmtx writes, in a directory where nobody may write as well: nothing of it lands elsewhere, in
// anybody's hands, or in a file that was root's.
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "catch.h"
#include "hostile/jail.h"
#include "platform/output/output_file.h"
#include "platform/record/record_store.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

// directory/open   anybody's, without the sticky bit
struct Neighbourhood {
    Jail jail;
    std::string open = jail.directory / "open";
    Neighbourhood() {
        fs::create_directory(open);
        if (::chown(open.c_str(), nobody, nobody) != 0) std::abort();
        ::chmod(open.c_str(), 0777);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const { return open + "/" + name; }
};

void be_nobody() {
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(7);
}

// nobody at work, over and over.
Child neighbour(const std::function<void()>& acts) {
    return Child([&](auto ready) {
        be_nobody();
        acts();
        ready();
        while (true) acts();
    });
}

// nobody at work, once.
void let_nobody(const std::function<void()>& act) {
    const Child child([&](auto ready) {
        be_nobody();
        act();
        ready();
    });
    REQUIRE(child.ready());
}

void exchange(const std::string& a, const std::string& b) {
    constexpr unsigned exchanged = 2;  // RENAME_EXCHANGE
    ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), exchanged);
}

bool is_root() {
    if (::geteuid() == 0) return true;
    WARN("needs root: it plays root's nmtx beside nobody. Nothing was tested");
    return false;
}

constexpr int rounds = 2000;

}  // namespace

TEST_CASE("hostile neighbour: a FIFO in the way of a file is neither written to nor waited for") {
    if (!is_root()) return;
    const Neighbourhood place;
    const std::string wanted = place / "a.nmtx";
    let_nobody([&] { ::mkfifo(wanted.c_str(), 0666); });
    const auto written = write_file(wanted, "what only root may see", true);
    REQUIRE_FALSE(written);
    CHECK(written.error().what == "is not a regular file, and belongs to uid 65534");
    CHECK(written.error().where == wanted);
}

TEST_CASE("hostile neighbour: no exchange of names leads what is written to root's own files") {
    if (!is_root()) return;
    const Neighbourhood place;
    const std::string wanted = place / "a.nmtx", other = place / "other";
    let_nobody([&] {
        ::mkfifo(wanted.c_str(), 0666);
        ::symlink(place.jail.secret().c_str(), other.c_str());
    });
    const Child child = neighbour([&] { exchange(wanted, other); });
    int refused = 0;
    for (int i = 0; i < rounds; ++i) refused += write_file(wanted, "x", false) ? 0 : 1;
    CHECK(refused == rounds);
    CHECK(place.jail.untouched());
}

TEST_CASE("hostile neighbour: a directory that is exchanged for a link has nothing written elsewhere") {
    if (!is_root()) return;
    const Neighbourhood place;
    const std::string real = place / "real", link = place / "link";
    let_nobody([&] {
        ::mkdir(real.c_str(), 0777);
        ::symlink(place.jail.protected_place().c_str(), link.c_str());
    });
    SECTION("one on the way") {
        const Child child = neighbour([&] { exchange(real, link); });
        for (int i = 0; i < rounds / 10; ++i) {
            static_cast<void>(write_file(real + "/a.nmtx", "x", true));
            static_cast<void>(write_files(real + "/ticket" + std::to_string(i), {{"a", "1"}}, false));
            static_cast<void>(write_files(real, {{"b", "1"}}, true));
            if (auto store = RecordStore::open(real + "/a.db")) store->finish();
        }
        CHECK(place.jail.untouched());
    }
    SECTION("the temporary one of a ticket") {
        const Child child = neighbour([&] {
            for (const auto& entry : fs::directory_iterator(place.open)) {
                const std::string path = entry.path().string();
                if (entry.path().filename().string().rfind(".nmtx-", 0) == 0) exchange(path, link);
            }
        });
        for (int i = 0; i < rounds / 4; ++i)
            static_cast<void>(
                write_files(place / ("t" + std::to_string(i)), {{"a", "1"}, {"b", "2"}}, false));
        CHECK(place.jail.untouched());
    }
}

TEST_CASE("hostile neighbour: what lies beside a record and is nobody's is not believed") {
    if (!is_root()) return;
    const Neighbourhood place;
    const std::string record = place / "a.db";
    const char* const suffix = GENERATE("-wal", "-shm", "-journal");
    CAPTURE(suffix);
    const std::string companion = record + suffix;
    SECTION("of a record that is there") {
        RecordStore::open(record).value().finish();
        const std::string before = read_text(record);
        let_nobody([&] { write_text(companion, std::string(40000, 'x')); });
        CHECK(read_record(record).error().where == companion);
        CHECK(RecordStore::open(record).error().what == "is owned by uid 65534, not by the record's owner");
        CHECK(read_text(record) == before);
    }
    SECTION("of one that is to be made, which then is not") {
        let_nobody([&] { write_text(companion, std::string(40000, 'x')); });
        CHECK(RecordStore::open(record).error().where == companion);
        CHECK_FALSE(fs::exists(record));
        CHECK(fs::exists(companion));
    }
    SECTION("made in the very moment") {
        const Child child = neighbour([&] {
            write_text(companion, "");
            ::unlink(companion.c_str());
        });
        for (int i = 0; i < rounds / 20; ++i) {
            if (auto store = RecordStore::open(record)) store->finish();
            ::unlink(record.c_str());
        }
        CHECK(place.jail.untouched());
    }
}

TEST_CASE("hostile neighbour: a link that nobody has made is not followed, one of root's is") {
    if (!is_root()) return;
    const Neighbourhood place;
    const std::string link = place / "link", own = place / "own";
    let_nobody([&] { ::symlink(place.jail.protected_place().c_str(), link.c_str()); });
    CHECK(write_file(link + "/a", "x", true).error().what ==
          "goes through a link that belongs to uid 65534 (link)");
    CHECK_FALSE(write_files(link, {{"a", "x"}}, true));
    CHECK_FALSE(RecordStore::open(link + "/a.db"));
    CHECK(place.jail.untouched());
    REQUIRE(::mkdir((place.jail.directory / "elsewhere").c_str(), 0700) == 0);
    REQUIRE(::symlink((place.jail.directory / "elsewhere").c_str(), own.c_str()) == 0);
    CHECK(write_file(own + "/a", "x", false));
    CHECK(write_files(own, {{"b", "x"}}, false));
    CHECK(RecordStore::open(own + "/a.db"));
    CHECK(read_text(place.jail.directory / "elsewhere/a") == "x");
}
