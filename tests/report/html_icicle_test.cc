// What the icicle and the chart over time are drawn from, and what tables claim to be sorted by.
#include "report/ticket/html/html_icicle.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "browser/made_tickets.h"
#include "catch.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_parts.h"

using namespace nmtx;
using json = nlohmann::ordered_json;

namespace {

json page_data(const Ticket& ticket) {
    return html_chart_data(ticket, map_strips(ticket.map), icicle_of(ticket));
}

// Wherever a node has children, they sum to it; none is empty.
void check_sums(const json& nodes) {
    std::vector<std::uint64_t> below(nodes.size(), 0);
    std::vector<bool> is_parent(nodes.size(), false);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        const auto parent = nodes[i][0].get<std::size_t>();
        REQUIRE(parent < i);
        is_parent[parent] = true;
        below[parent] += nodes[i][3].get<std::uint64_t>();
        CHECK(nodes[i][3].get<std::uint64_t>() > 0);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        INFO(nodes[i].dump());
        if (is_parent[i]) CHECK(below[i] == nodes[i][3].get<std::uint64_t>());
    }
}

const IcicleNode* child(const IcicleNode* node, std::string_view name) {
    for (const IcicleNode& each : node->children) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

const IcicleNode* at(const IcicleNode& root, std::initializer_list<std::string_view> names) {
    const IcicleNode* node = &root;
    for (const std::string_view name : names) {
        INFO(name);
        node = child(node, name);
        REQUIRE(node != nullptr);
    }
    return node;
}

Ticket ticket_of_owners(std::vector<TicketOwner> owners) {
    Ticket ticket;
    for (const TicketOwner& owner : owners) ticket.rss += owner.resident;
    ticket.owners = std::move(owners);
    return ticket;
}

TicketOwner owner_of(std::string path, Bytes resident) {
    TicketOwner owner;
    owner.path = std::move(path);
    owner.resident = resident;
    return owner;
}

TicketRange mapped(std::uint64_t begin, std::string owner, std::string name, Bytes resident) {
    TicketRange range;
    range.range = range_of(begin, begin + 0x100000);
    range.owner = std::move(owner);
    range.name = std::move(name);
    range.resident = resident;
    return range;
}

std::size_t count_of(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

// The values of the column that a table says it is sorted by; empty where it says nothing. Cells without a
// value are nullopt.
std::vector<std::optional<double>> sorted_values(std::string_view table) {
    std::optional<std::size_t> column;
    std::size_t number = 0;
    for (std::size_t at = table.find("<th scope=\"col\""); at != std::string_view::npos;
         at = table.find("<th scope=\"col\"", at + 1), ++number) {
        if (table.substr(at, table.find('>', at) - at).find("aria-sort=\"descending\"") !=
            std::string_view::npos)
            column = number;
    }
    std::vector<std::optional<double>> values;
    if (!column) return values;
    for (std::size_t row = table.find("\n<tr>"); row != std::string_view::npos;
         row = table.find("\n<tr>", row + 1)) {
        std::size_t cell = table.find("<t", row + 5);
        for (std::size_t i = 0; i < *column; ++i) cell = table.find("<t", cell + 1);
        const std::string_view head = table.substr(cell, table.find('>', cell) - cell);
        const std::size_t value = head.find("data-v=\"");
        values.push_back(value == std::string_view::npos
                             ? std::nullopt
                             : std::optional(std::stod(std::string(head.substr(value + 8)))));
    }
    return values;
}

}  // namespace

TEST_CASE("icicle: for every fixture it sums to RSS to the byte, and children to their parent") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Ticket ticket = test::fixture_ticket(file.stem().string());
        const json data = page_data(ticket)["icicle"];
        const json& nodes = data["nodes"];
        CHECK(nodes[0][3] == ticket.rss.value());
        CHECK(nodes.size() > 60);
        CHECK(nodes.size() <= most_icicle_nodes);
        check_sums(nodes);
        // The list has the same nodes.
        const IcicleNode icicle = icicle_of(ticket);
        CHECK(nodes_of(icicle) == nodes.size());
        CHECK(count_of(html_icicle(icicle), "<li>") == nodes.size());
        for (const json& node : nodes) {
            CHECK(node[5].get<int>() >= -1);
            CHECK(node[5].get<int>() < static_cast<int>(data["abouts"].size()));
        }
    }
}

TEST_CASE("icicle: its first row is the shares of the page's head") {
    for (const char* name : {"jdk17-g1", "jdk8-g1", "jdk17-g1-nmt-off", "jdk21-z"}) {
        INFO(name);
        const Ticket ticket = test::fixture_ticket(name);
        const IcicleNode icicle = icicle_of(ticket);
        for (const Share& share : ticket.shares) {
            if (share.resident == Bytes()) continue;
            CHECK(at(icicle, {share.name})->bytes == share.resident);
        }
    }
}

TEST_CASE("icicle: a library's blocks have their class and size below it, files their names") {
    const IcicleNode icicle = icicle_of(test::fixture_ticket("jdk17-g1"));
    const IcicleNode* library =
        at(icicle, {"native malloc (not in NMT)", "in use, not in NMT", "libtarget.so"});
    CHECK(library->bytes == Bytes(24487152));
    REQUIRE_FALSE(library->children.empty());
    const IcicleNode& largest = library->children.front();
    REQUIRE_FALSE(largest.children.empty());
    CHECK(largest.children.front().name == "blocks of 1,016 bytes");
    CHECK(largest.children.front().remark.starts_with("20,000 blocks"));
    const IcicleNode* jvm = at(icicle, {"files", "JVM library", "libjvm.so"});
    CHECK(jvm->remark.ends_with("/libjvm.so"));
    CHECK(at(icicle, {"JVM (tracked by NMT)", "malloc (NMT)", "internal"})->bytes == Bytes(4320208));
    CHECK(at(icicle, {"JVM (tracked by NMT)", "code cache", "other"})->bytes == Bytes(61440));
    CHECK(at(icicle, {"unexplained"})->children.size() == 1);
}

TEST_CASE("icicle: what the leaves lack is \"other\", where they have too much the largest gives it") {
    Ticket ticket = ticket_of_owners({owner_of("malloc/untracked/liba.so", Bytes(1000)),
                                      owner_of("malloc/untracked/libb.so", Bytes(1000)),
                                      owner_of("file/mapped data", Bytes(500))});
    ticket.map = {mapped(0x100000, "file/mapped data", "/x/data", Bytes(300)),
                  mapped(0x200000, "file/mapped data", "/y/data", Bytes(100))};
    TicketMalloc malloc;
    malloc.untracked = {{"liba.so", "Session", "vtable", Bytes(24), 30, Bytes(800)},
                        {"liba.so", "Session", "vtable", Bytes(40), 20, Bytes(700)},
                        {"libb.so", "", "data pointer", Bytes(), 7, Bytes(200)}};
    ticket.malloc = malloc;
    const IcicleNode icicle = icicle_of(ticket);
    const auto use = {std::string_view("malloc (JVM and native)"), std::string_view("in use, not in NMT")};
    const IcicleNode* in_use = at(icicle, use);
    const IcicleNode* session = at(*in_use, {"liba.so", "Session"});
    CHECK(session->bytes == Bytes(1000));
    CHECK(session->remark == "50 blocks, known by vtable");
    CHECK(at(*session, {"blocks of 40 bytes"})->bytes == Bytes(700));
    CHECK(at(*session, {"blocks of 24 bytes"})->bytes == Bytes(300));
    CHECK(at(*in_use, {"libb.so", "other"})->bytes == Bytes(800));
    CHECK(at(*in_use, {"libb.so", "blocks of several sizes"})->remark == "7 blocks, known by data pointer");
    // Two files of one name go by their paths.
    CHECK(at(icicle, {"file", "mapped data", "/x/data"})->bytes == Bytes(300));
    CHECK(at(icicle, {"file", "mapped data", "other"})->bytes == Bytes(100));
    check_sums(page_data(ticket)["icicle"]["nodes"]);
}

TEST_CASE("icicle: libraries without a row of their own are below \"other libraries\"") {
    Ticket ticket = ticket_of_owners({owner_of("malloc/untracked/liba.so", Bytes(900)),
                                      owner_of("malloc/untracked/other libraries", Bytes(50)),
                                      owner_of("malloc/untracked/not attributed", Bytes(60))});
    TicketMalloc malloc;
    malloc.untracked = {{"liba.so", "A", "vtable", Bytes(24), 9, Bytes(900)},
                        {"libc1.so", "C", "vtable", Bytes(24), 1, Bytes(50)}};
    malloc.unattributed = {{"", "", "size", Bytes(104), 3, Bytes(60)}};
    ticket.malloc = malloc;
    const IcicleNode icicle = icicle_of(ticket);
    const IcicleNode* in_use = at(icicle, {"malloc (JVM and native)", "in use, not in NMT"});
    CHECK(at(*in_use, {"other libraries", "libc1.so", "C"})->bytes == Bytes(50));
    CHECK(at(*in_use, {"liba.so", "A"})->remark == "24 bytes each, 9 blocks, known by vtable");
    CHECK(at(*in_use, {"not attributed", "blocks of 104 bytes"})->remark == "3 blocks");
}

TEST_CASE("icicle: names with many slashes, thousands of owners and of files are few nodes that sum up") {
    std::vector<TicketOwner> owners;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        owners.push_back(owner_of(fmt::format("named/a{}{}", i, std::string(500, '/')), Bytes(i + 1)));
        owners.push_back(
            owner_of(fmt::format("malloc/untracked/{}/{}", i, std::string(500, '/')), Bytes(i + 1)));
        owners.push_back(owner_of(fmt::format("jvm/{}/x", i), Bytes(i + 1)));
    }
    Ticket ticket = ticket_of_owners(std::move(owners));
    const json nodes = page_data(ticket)["icicle"]["nodes"];
    CHECK(nodes[0][3] == ticket.rss.value());
    CHECK(nodes.size() <= most_icicle_nodes);
    check_sums(nodes);
    const IcicleNode icicle = icicle_of(ticket);
    const IcicleNode* named = at(icicle, {"named"});
    CHECK(named->children.size() > 5);
    CHECK(named->children.back().name == fmt::format("2,{} smaller", 1001 - named->children.size()));

    const Ticket huge = test::huge_ticket(40000);
    const json data = page_data(huge)["icicle"]["nodes"];
    CHECK(data[0][3] == huge.rss.value());
    CHECK(data.size() <= most_icicle_nodes);
    check_sums(data);
    check_sums(page_data(test::hostile_ticket())["icicle"]["nodes"]);
    CHECK(nodes_of(icicle_of(Ticket{})) == 1);
}

TEST_CASE("icicle: the glossary says what an owner is") {
    CHECK(
        about_owner("malloc/free/tcache").starts_with("Freed blocks in the freeing thread's cache. Grows: "));
    CHECK(about_owner("malloc/nmt-tracked/gc") == about_owner("malloc/nmt-tracked/gc"));
    CHECK_FALSE(about_owner("malloc/untracked/libz.so.1").empty());
    CHECK(about_owner("").empty());
}

TEST_CASE("html: every table that says what it is sorted by is sorted by it") {
    std::size_t claims = 0;
    for (const auto& file : fixture_files()) {
        const std::string html = html_report(test::fixture_ticket(file.stem().string(), test::made_trend()));
        for (std::size_t at = html.find("<table id="); at != std::string::npos;
             at = html.find("<table id=", at + 1)) {
            const std::string_view table = std::string_view(html).substr(at, html.find("</table>", at) - at);
            INFO(file.filename().string() << " " << table.substr(0, 40));
            const auto values = sorted_values(table);
            if (!values.empty()) ++claims;
            for (std::size_t i = 1; i < values.size(); ++i) {
                INFO("row " << i);
                if (values[i]) CHECK((values[i - 1] && *values[i - 1] >= *values[i]));
            }
        }
    }
    CHECK(claims > 60);
}

TEST_CASE("html: over time, flat owners are counted and marked, and all bands are of the same samples") {
    const Ticket ticket = test::fixture_ticket("jdk17-g1", test::made_trend());
    const RunTrend& run = ticket.history->runs.back();
    const json trend = page_data(ticket)["trend"];
    CHECK(trend["bands"].size() == run.owners.size());
    CHECK(trend["times"].size() == curve_width);
    std::uint64_t flat = 0, last = 0;
    for (const json& band : trend["bands"]) {
        CHECK(band["values"].size() == trend["times"].size());
        flat += band["flat"].get<bool>() ? 1U : 0U;
        last += band["values"].back().get<std::uint64_t>();
    }
    CHECK(trend["flat"] == flat);
    CHECK(flat >= 1);
    CHECK(flat < trend["bands"].size());
    CHECK(trend["bands"][0]["name"] == "malloc/untracked/libtarget.so");
    CHECK(trend["bands"][0]["flat"] == false);
    const double rss = trend["rss"].back()[1];
    CHECK(std::abs(static_cast<double>(last) - rss) < 0.05 * rss);
}

TEST_CASE("html: over time, few bands stand for however many owners there are") {
    RecordedSeries series;
    for (int i = 0; i < 20; ++i) {
        std::vector<std::pair<std::string, double>> owners;
        for (int k = 0; k < 60; ++k)
            owners.emplace_back(fmt::format("malloc/untracked/lib{}.so", k), k < 30 ? 1.0 + k : k + 2.0 * i);
        series.samples.push_back(sample_at(i * 60.0, owners));
    }
    TrendOptions options;
    options.warm_up_s = 0;
    Ticket ticket;
    ticket.history = trend_of({series}, options);
    const json trend = page_data(ticket)["trend"];
    CHECK(trend["flat"] == 30);
    CHECK(trend["bands"].size() == 12 + 9);
    std::uint64_t last = 0;
    for (const json& band : trend["bands"]) last += band["values"].back().get<std::uint64_t>();
    CHECK(last == trend["rss"].back()[1].get<std::uint64_t>());
}
