// Tickets for the tests of the HTML report: of the fixtures, of a hostile target, and of one that maps far
// more than a page can show.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "accounts.h"
#include "change/made_series.h"
#include "change/trend.h"
#include "law/fixtures.h"
#include "ledger/partition/reconcile.h"
#include "paths.h"
#include "process/process_reader.h"
#include "process/process_view.h"
#include "report/ticket/ticket.h"
#include "threads/thread_table.h"

namespace nmtx::test {

// A fixture, read and reconciled.
class FixtureMoment {
  public:
    explicit FixtureMoment(const std::string& name)
        : capture_(read_fixture(source_dir() + "/fixtures/captures/" + name + ".nmtx")) {
        if (const auto read = reader_.update(capture_); !read)
            throw std::runtime_error(to_string(read.error()));
        auto ledger = reconcile(reader_.view());
        if (!ledger) throw std::runtime_error(to_string(ledger.error()));
        ledger_ = std::move(*ledger);
    }
    FixtureMoment(const FixtureMoment&) = delete;
    FixtureMoment& operator=(const FixtureMoment&) = delete;
    [[nodiscard]] Moment moment() const { return {&reader_.view(), &ledger_}; }

  private:
    Capture capture_;
    ProcessReader reader_;
    Ledger ledger_;
};

inline Ticket fixture_ticket(const std::string& name, std::optional<Trend> history = {}) {
    const FixtureMoment fixture(name);
    return ticket_of(account_of(fixture.moment()), std::move(history));
}

// An hour in which JNI code leaks, the code cache warms up and the rest is flat.
inline Trend made_trend() {
    RecordedSeries series;
    series.run.pid = 1527;
    MadeNoise noise;
    for (int i = 0; i < 360; ++i) {
        const double at = i * 10.0;
        series.samples.push_back(
            sample_at(at, {{"malloc/untracked/libtarget.so", 20 + at / 100 + noise() / 4},
                           {"jvm/code cache/non-nmethods", 8 + 6 * (1 - std::exp(-at / 400))},
                           {"jvm/java heap", 64 + 8 * noise()},
                           {"file/jvm library", 15}}));
    }
    TrendOptions options;
    options.warm_up_s = 0;
    return trend_of({series}, options);
}

inline const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> names{
        "</script><script>document.title='owned'</script>",
        "\"><img src=x onerror=\"document.title='owned'\">",
        "<!--<script>",
        "</table></main></style>",
        "a'b\"c&amp;&lt;d`e`",
        "\xE2\x80\xAEtxt.exe",
        "line\nbreak\r\x1b[31mred",
        "\xFF\xFE broken",
        "{{constructor.constructor('document.title=1')()}}",
        "javascript:document.title='owned'",
    };
    return names;
}

// Every name that a target chooses is one that wants to be more than text.
inline Ticket hostile_ticket() {
    Ticket ticket = fixture_ticket("jdk17-g1", made_trend());
    std::size_t next = 0;
    const auto name = [&] { return hostile_names()[next++ % hostile_names().size()]; };
    for (TicketFile& file : ticket.files) file.name = name();
    for (TicketRange& range : ticket.map) range.name = name();
    for (TicketOwner& owner : ticket.owners) owner.path = "malloc/untracked/" + name();
    for (TicketThread& thread : ticket.threads->threads) thread.name = thread.library = name();
    for (TicketPool& pool : ticket.threads->pools) pool.name = name();
    for (TicketBlocks& blocks : ticket.malloc->untracked) blocks.owner = blocks.kind = name();
    for (TicketArena& arena : ticket.malloc->arenas) arena.name = name();
    for (Share& share : ticket.shares) {
        for (SharePart& part : share.parts) part.remark = name();
    }
    for (std::size_t i = 0; i < ticket.map.size(); ++i) ticket.map[i].owner += "/" + name();
    for (OwnerTrend& owner : ticket.history->runs.back().owners) owner.key.name = name();
    ticket.command = "java -Dx=" + name();
    ticket.flags = hostile_names();
    ticket.vm_flags = hostile_names();
    ticket.title = name();
    ticket.missing.push_back({name(), name(), name()});
    TicketFinding finding;
    finding.severity = TicketSeverity::problem;
    finding.title = name();
    finding.evidence = finding.refuted_by = hostile_names();
    for (const std::string& hostile : hostile_names()) finding.remedies.push_back({hostile, hostile});
    ticket.findings.insert(ticket.findings.begin(), finding);
    return ticket;
}

// So many mappings, threads and files, all with names longer than a table shows.
inline Ticket huge_ticket(std::size_t mappings) {
    Ticket ticket = fixture_ticket("jdk17-g1");
    const std::string long_name = "/" + std::string(300, '"');
    const std::vector<std::string> owners{"jvm/java heap", "malloc/arena", "file/mapped data", "stack/native",
                                          ""};
    ticket.map.clear();
    ticket.files.clear();
    ticket.rss = Bytes();
    std::uint64_t at = 0x7f0000000000;
    for (std::size_t i = 0; i < mappings; ++i) {
        const std::uint64_t size = 4096 * (1 + i * 7919 % 64);
        TicketRange range;
        range.range = range_of(at, at + size);
        range.protection = "rw-p";
        range.name = fmt::format("/data/{}{}", i, long_name);
        range.owner = owners[i * 31 % owners.size()];
        range.resident = range.owner.empty() ? Bytes() : Bytes(size / 2);
        ticket.rss += range.resident;
        at += size + (i % 5 == 0 ? 4096 * (i % 977) : 0);
        ticket.map.push_back(range);
        if (i % 10 == 0) ticket.files.push_back({range.name, "file/mapped data", range.resident, 1});
    }
    ticket.shares = {{"files", ticket.rss, {}}, {"unexplained", Bytes(), {}}};
    std::map<std::string, Bytes> sums;
    for (const TicketRange& range : ticket.map) sums[range.owner] += range.resident;
    ticket.owners.clear();
    for (const auto& [path, resident] : sums) {
        TicketOwner owner;
        owner.path = path;
        owner.resident = resident;
        if (resident != Bytes()) ticket.owners.push_back(owner);
    }
    // As many blocks of malloc as a walk keeps rows for, each with its own class.
    ticket.malloc->untracked.clear();
    const Bytes block(1 << 20);
    for (std::size_t i = 0; i < 20; ++i) {
        const std::string library = fmt::format("lib{}.so", i);
        TicketOwner owner;
        owner.path = "malloc/untracked/" + library;
        owner.resident = Bytes(100 * block.value());
        ticket.rss += owner.resident;
        ticket.owners.push_back(owner);
        for (std::size_t k = 0; k < 100; ++k)
            ticket.malloc->untracked.push_back(
                {library, fmt::format("{}{}", k, long_name), "vtable", Bytes(24), 1, block});
    }
    const TicketThread thread = ticket.threads->threads.front();
    for (std::uint64_t i = 0; i < 10000; ++i) {
        TicketThread more = thread;
        more.tid = 100000 + i;
        more.name = fmt::format("worker-{} {}", i, std::string(300, '<'));
        ticket.threads->threads.push_back(more);
    }
    return ticket;
}

// The same, where every name is as long as names get when they are escaped: a letter with marks above it, and
// quotes; and all owners, arenas and findings have names like it.
inline Ticket worst_ticket() {
    Ticket ticket = huge_ticket(2000);
    ticket.threads->threads.resize(1000);
    std::string name;
    for (int i = 0; i < 500; ++i) name += i % 2 == 0 ? "\"" : "\u0301";
    for (std::size_t i = 0; i < ticket.map.size(); ++i) {
        TicketRange& range = ticket.map[i];
        range.name = fmt::format("/{}{}", i, name);
        if (!range.owner.empty()) range.owner = fmt::format("named/{}{}", i, name);
    }
    for (std::size_t i = 0; i < ticket.files.size(); ++i)
        ticket.files[i].name = ticket.files[i].owner = fmt::format("file/{}{}", i, name);
    for (TicketThread& thread : ticket.threads->threads) thread.name = thread.library = name;
    ticket.owners.clear();
    for (const TicketRange& range : ticket.map) {
        TicketOwner owner;
        owner.path = range.owner;
        owner.resident = range.resident;
        owner.evidence = name;
        if (!range.owner.empty()) ticket.owners.push_back(owner);
    }
    for (std::size_t i = 0; i < 1000; ++i) {
        TicketArena arena;
        arena.name = name;
        arena.resident = arena.live_untracked = mib(1000 - i);
        ticket.malloc->arenas.push_back(arena);
    }
    for (TicketBlocks& blocks : ticket.malloc->untracked) blocks.owner = blocks.kind = name;
    return ticket;
}

}  // namespace nmtx::test
