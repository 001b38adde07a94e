// The page of a comparison, and what its icicle is drawn from.
#include <algorithm>
#include <fstream>

#include "browser/made_tickets.h"
#include "catch.h"
#include "report/diff/diff_report.h"
#include "report/diff/html/change_icicle.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

using namespace nmtx;

namespace {

TicketOwner owner(std::string path, std::uint64_t resident) {
    TicketOwner made;
    made.path = std::move(path);
    made.resident = Bytes(resident);
    return made;
}

Ticket ticket_with(std::vector<TicketOwner> owners, std::vector<TicketBlocks> blocks) {
    Ticket ticket;
    for (const TicketOwner& each : owners) ticket.rss += each.resident;
    ticket.owners = std::move(owners);
    ticket.malloc.emplace().untracked = std::move(blocks);
    return ticket;
}

Diff diff_of(const Ticket& before, const Ticket& after) {
    Diff diff;
    for (const TicketOwner& each : after.owners) {
        const auto same = std::find_if(before.owners.begin(), before.owners.end(),
                                       [&](const TicketOwner& other) { return other.path == each.path; });
        diff.owners.push_back(
            {each.path, {same == before.owners.end() ? Bytes() : same->resident, each.resident}, false});
    }
    diff.rss = {before.rss, after.rss};
    return diff;
}

const IcicleNode& node_at(const IcicleNode& root, std::initializer_list<std::string_view> names) {
    const IcicleNode* node = &root;
    for (const std::string_view name : names) {
        INFO(name);
        const auto found = std::find_if(node->children.begin(), node->children.end(),
                                        [&](const IcicleNode& child) { return child.name == name; });
        REQUIRE(found != node->children.end());
        node = &*found;
    }
    return *node;
}

void check_befores(const IcicleNode& node, const Diff& diff) {
    std::uint64_t below = 0;
    for (const IcicleNode& child : node.children) {
        below += child.bytes.value();
        for (const OwnerChange& each : diff.owners) {
            if (each.path != child.owner || child.owner == node.owner || !child.before) continue;
            INFO(each.path);
            // A row of its own, without rows below it.
            const bool whole = std::none_of(
                diff.owners.begin(), diff.owners.end(),
                [&](const OwnerChange& other) { return other.path.starts_with(each.path + "/"); });
            if (whole) CHECK(*child.before == each.resident.before);
        }
        check_befores(child, diff);
    }
    INFO(node.name);
    if (!node.children.empty()) CHECK(below == node.bytes.value());
}

}  // namespace

TEST_CASE("change icicle: each part has what it was, new ones nothing, and unknown stays unknown") {
    const Ticket before =
        ticket_with({owner("malloc/untracked/liba.so", 1000), owner("malloc/untracked/libb.so", 300),
                     owner("jvm/java heap", 5000), owner("malloc/untracked/not attributed", 10)},
                    {{"liba.so", "Session", "vtable", Bytes(24), 10, Bytes(1000)},
                     {"libb.so", "", "vtable", Bytes(24), 1, Bytes(200)}});
    const Ticket after =
        ticket_with({owner("malloc/untracked/liba.so", 3000), owner("malloc/untracked/libb.so", 900),
                     owner("malloc/untracked/libc1.so", 50), owner("jvm/java heap", 4000)},
                    {{"liba.so", "Session", "vtable", Bytes(24), 12, Bytes(1200)},
                     {"liba.so", "a.B.handle", "Java heap", Bytes(40), 18, Bytes(1800)},
                     {"libb.so", "c.D.handle", "Java heap", Bytes(40), 7, Bytes(700)},
                     {"libc1.so", "C", "vtable", Bytes(40), 1, Bytes(50)}});
    const IcicleNode icicle = change_icicle(before, after, diff_of(before, after));
    CHECK(icicle.before == Bytes(6310));
    const IcicleNode& in_use = node_at(icicle, {"malloc (JVM and native)", "in use, not in NMT"});
    CHECK(in_use.before == Bytes(1310));
    CHECK(node_at(in_use, {"liba.so"}).before == Bytes(1000));
    CHECK(node_at(in_use, {"liba.so", "Session"}).before == Bytes(1000));
    CHECK(node_at(in_use, {"liba.so", "a.B.handle"}).before == Bytes());
    // A part of libb.so was not known by name before: this class may have been in it.
    CHECK(node_at(in_use, {"libb.so"}).before == Bytes(300));
    CHECK_FALSE(node_at(in_use, {"libb.so", "c.D.handle"}).before.has_value());
    CHECK(node_at(in_use, {"libc1.so"}).before == Bytes());
    CHECK(node_at(in_use, {"libc1.so", "C"}).before == Bytes());
    CHECK(node_at(icicle, {"JVM mmap", "Java heap"}).before == Bytes(5000));
}

TEST_CASE("change icicle: owners that cannot be compared have no figure from before") {
    const Ticket before = ticket_with({owner("malloc/main arena", 4000)}, {});
    const Ticket after =
        ticket_with({owner("malloc/untracked/liba.so", 3000), owner("malloc/free/top", 2000)}, {});
    Diff diff;
    diff.owners = {{"malloc/glibc", {Bytes(4000), Bytes(5000)}, false}};
    const IcicleNode icicle = change_icicle(before, after, diff);
    const IcicleNode& malloc = node_at(icicle, {"malloc (JVM and native)"});
    CHECK(malloc.before == Bytes(4000));
    CHECK_FALSE(node_at(malloc, {"in use, not in NMT", "liba.so"}).before.has_value());
    CHECK_FALSE(node_at(malloc, {"freed but retained", "top"}).before.has_value());
}

TEST_CASE(
    "diff page: for each pair of fixtures it is whole and small, and its picture says what the rows say") {
    std::vector<std::string> names{"jdk17-g1", "jdk17-g1-nmt-off", "jdk17-z",
                                   "jdk21-g1", "jdk8-g1",          "jdk25-g1"};
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        INFO(names[i]);
        const test::FixtureMoment before(names[i]), after(names[i + 1]);
        const auto diff = diff_moments(before.moment(), after.moment());
        REQUIRE(diff.has_value());
        const Account first = account_of(before.moment(), {.judge = false}),
                      second = account_of(after.moment(), {.judge = false});
        const IcicleNode icicle = change_icicle(ticket_of(first, {}), ticket_of(second, {}), *diff);
        CHECK(icicle.bytes == diff->rss.after);
        CHECK(icicle.before == diff->rss.before);
        CHECK(nodes_of(icicle) <= most_icicle_nodes);
        check_befores(icicle, *diff);
        const std::string page = html_diff(first, second, *diff);
        CHECK(page.size() < most_html_bytes);
        CHECK(page.find("Two different processes") != std::string::npos);
        CHECK(page.find("id=\"table-owners\"") != std::string::npos);
        CHECK(page.find(" style=\"") == std::string::npos);
        CHECK(page.find("\"changes\":true") != std::string::npos);
    }
}

TEST_CASE("diff page: of one snapshot with itself nothing has changed") {
    const test::FixtureMoment moment("jdk17-g1");
    const auto diff = diff_moments(moment.moment(), moment.moment());
    const Account account = account_of(moment.moment(), {.judge = false});
    const std::string page = html_diff(account, account, *diff);
    CHECK(page.find("<h1>RSS unchanged</h1>") != std::string::npos);
    CHECK(page.find("No owner changed by 1 MiB.") != std::string::npos);
    CHECK(page.find("id=\"table-owners\"") == std::string::npos);
    CHECK(page.find("Two different") == std::string::npos);
}

TEST_CASE("html: changes have a sign, unless there is none, and names have as few bytes as columns allow") {
    CHECK(html_change(Delta{0}) == "0.0");
    CHECK(html_change(Delta{20447232}) == "+19.5");
    CHECK(html_change(Delta{-20447232}) == "-19.5");
    CHECK(html_change(Delta{-5}) == "-<0.1");
    CHECK(html_change(Delta{std::numeric_limits<std::int64_t>::min()}) == "-8796093022208.0");
    std::string marks = "a";
    for (int i = 0; i < 2000; ++i) marks += "\u0301";
    CHECK(html_fitted(marks, false, 60).size() <= 60 * 6 + 3);
    CHECK(html_fitted(marks, false, 60).ends_with("…"));
    CHECK(html_fitted(marks, true, 60).starts_with("…\u0301"));
    CHECK(html_fitted(std::string(60, '"'), false, 60) == std::string(60, '"'));
    CHECK(html_fitted("/a/libx.so", true, 60) == "/a/libx.so");
}
