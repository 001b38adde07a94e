#include "findings/knowledge/glossary.h"

#include <algorithm>
#include <set>

#include "catch.h"
#include "findings/knowledge/known_bugs.h"
#include "hotspot/nmt/nmt_tags.h"
#include "law/fixtures.h"
#include "ledger/ledger.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"

using namespace nmtx;

namespace {

std::set<std::string_view> names_found(std::string_view typed, std::optional<int> jdk = {}) {
    std::set<std::string_view> names;
    const auto entries = look_up(typed, jdk);
    INFO(typed);
    REQUIRE(entries.has_value());
    for (const GlossaryEntry* entry : *entries) names.insert(entry->name);
    return names;
}

using Names = std::set<std::string_view>;

}  // namespace

TEST_CASE("glossary: every category that HotSpot has ever had from 8 to 28 has an entry, and no other has") {
    Names known;
    for (int jdk = oldest_jdk; jdk <= newest_jdk; ++jdk) {
        for (const std::string_view tag : nmt_tags(jdk)) known.insert(tag);
    }
    Names described;
    for (const GlossaryEntry& entry : glossary_categories()) {
        CHECK(described.insert(entry.name).second);
        CHECK(entry.kind == GlossaryKind::category);
    }
    CHECK(described == known);
}

TEST_CASE("glossary: every owner of every fixture's ledger has an entry") {
    std::set<std::string> paths;
    for (const auto& file : fixture_files()) {
        const Capture capture = read_fixture(file);
        ProcessReader reader;
        REQUIRE(reader.update(capture).has_value());
        const auto ledger = reconcile(reader.view());
        REQUIRE(ledger.has_value());
        for (const Row& row : ledger->rows) paths.insert(row.path);
    }
    CHECK(paths.size() > 60);
    for (const std::string& path : paths) {
        INFO(path);
        CHECK_FALSE(entries_of_owner(path).empty());
    }
}

TEST_CASE("glossary: an owner that no fixture has is known as well") {
    for (const std::string_view path :
         {"malloc/jemalloc", "malloc/live/libz.so.1", "malloc/not-walked", "file/memfd", "named/arrow pool",
          "file/device", "jvm/area unknown", "jvm/gc card set", "stack/cached"}) {
        INFO(path);
        CHECK(entries_of_owner(path).size() == 1);
    }
    CHECK(entries_of_owner("jvm/thread stack").size() == 2);  // Thread, and Thread Stack
    CHECK(entries_of_owner("jvm/code cache or gc").size() == 2);
    CHECK(entries_of_owner("jvm/metaspace or gc").size() == 1);
    CHECK(entries_of_owner("malloc/nmt-tracked/other").size() == 2);
    CHECK(entries_of_owner("elsewhere").empty());
    CHECK(entries_of_owner("filed/jvm library").empty());
    CHECK(entries_of_owner("").empty());
}

TEST_CASE("glossary: an entry says everything, and its notes are of releases") {
    for (const auto entries : {glossary_categories(), glossary_owners()}) {
        for (const GlossaryEntry& entry : entries) {
            INFO(entry.name);
            for (const std::string_view text : {entry.what, entry.grows, entry.bound, entry.look})
                CHECK_FALSE(text.empty());
            for (const GlossaryNote& note : entry.notes) {
                if (note.text.empty()) continue;
                CHECK(note.first >= 8);
                CHECK(note.last <= newest_jdk);
                CHECK(note.first <= note.last);
            }
        }
    }
}

TEST_CASE("glossary: names are looked up in any letters, whole, by their end, and by how they begin") {
    CHECK(names_found("other") == Names{"Other"});
    CHECK(names_found("JAVA HEAP") == Names{"Java Heap"});
    CHECK(names_found("java h") == Names{"Java Heap"});
    CHECK(names_found("jvm/code cache") == Names{"Code"});
    CHECK(names_found("code cache") == Names{"Code"});
    CHECK(names_found("tcache") == Names{"malloc/free/tcache"});
    CHECK(names_found("malloc/untracked/librocksdbjni.so") == Names{"malloc/untracked"});
    CHECK(names_found("malloc/nmt-tracked/gc") == Names{"GC"});
    CHECK(names_found("thread") == Names{"Thread"});
    CHECK(names_found("thread s") == Names{"Thread", "Thread Stack"});  // the owner of both is "thread stack"
    CHECK(names_found("synchron") == Names{"Synchronization", "Synchronizer"});
    CHECK(names_found("synchron", 17) == Names{"Synchronization"});
}

TEST_CASE("glossary: an unknown name suggests the nearest, and what another JDK has says which") {
    CHECK(look_up("metspace").error().hint.find("'Metaspace'") != std::string::npos);
    CHECK(look_up("direct").error().what == "unknown category or owner 'direct'");
    CHECK(look_up("").error().hint.find("nmtx glossary") != std::string::npos);
    const auto gone = look_up("JVMCI", 27);
    REQUIRE_FALSE(gone.has_value());
    CHECK(gone.error().what == "JDK 27 has no category 'JVMCI'; these have: 17 21 25 26");
}

TEST_CASE("known bugs: what grows in each has an entry in the glossary, and no release twice") {
    CHECK(known_bugs().size() >= 8);
    for (const KnownBug& bug : known_bugs()) {
        INFO(bug.id);
        CHECK_FALSE(bug.grows[0].empty());
        for (const std::string_view name : bug.grows) {
            if (name.empty()) continue;
            CHECK(names_found(name).count(name) == 1);
            const auto bugs = bugs_of(name);
            CHECK(std::find(bugs.begin(), bugs.end(), &bug) != bugs.end());
        }
        int before = 0;
        for (const AffectedRelease& release : bug.affected) {
            CHECK(release.feature > before);
            before = release.feature;
            CHECK((release.fixed == 0 || release.fixed > release.since));
            CHECK((bug.fixed_in == 0 || release.feature < bug.fixed_in));
        }
    }
}

TEST_CASE("known bugs: an update is affected from the first that has it to the one before the fix") {
    const KnownBug& bug = *bugs_of("Compiler").front();
    REQUIRE(bug.id == "JDK-8340824");
    CHECK_FALSE(affects(bug, 21, 2));
    CHECK(affects(bug, 21, 3));
    CHECK(affects(bug, 21, 6));
    CHECK_FALSE(affects(bug, 21, 7));
    CHECK(affects(bug, 22, 0));
    CHECK(affects(bug, 21));
    CHECK_FALSE(affects(bug, 24));
    CHECK(affected_text(bug) == "21.0.3 to 21.0.6, 22 to 23");
    CHECK(fixed_text(bug) == "24, 21.0.7");
    const KnownBug& stacks = *bugs_of("Thread Stack").front();
    CHECK(affected_text(stacks) ==
          "8, 11 before 11.0.33, 12 to 16, 17 before 17.0.9, 18 to 20, 21 before 21.0.1");
    CHECK(fixed_text(stacks) == "22, 11.0.33, 17.0.9, 21.0.1");
}
