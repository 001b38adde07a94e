#include "platform/record/record_store.h"

#include <algorithm>

#include "platform/record/record_columns.h"
#include "platform/record/record_gaps.h"
#include "platform/record/record_numbers.h"
#include "platform/record/record_thinning.h"

namespace nmtx {
Expected<RecordStore> RecordStore::open(const std::string& path, std::chrono::milliseconds patience) {
    auto database = RecordDatabase::open_for_writing(path, patience);
    if (!database) return tl::make_unexpected(database.error());
    RecordStore store(std::move(*database));
    if (auto prepared = store.prepare(); !prepared) return tl::make_unexpected(prepared.error());
    return store;
}

Expected<void> RecordStore::prepare() {
    const std::string insert_sample = insert_into_sample();
    const struct {
        Statement* statement;
        const char* sql;
    } all[] = {
        {&insert_sample_, insert_sample.c_str()},
        {&insert_resident_, "INSERT INTO resident(sample, owner, bytes) VALUES(?,?,?)"},
        {&insert_nmt_, "INSERT INTO nmt(sample, category, committed, malloc, count) VALUES(?,?,?,?,?)"},
        {&last_sample_,
         "SELECT line_ms, wall_ms, boot_ms, boot_id FROM sample JOIN run ON run.id = sample.run ORDER BY "
         "sample.id DESC LIMIT 1"},
        {&find_owner_, "SELECT id FROM owner WHERE path = ?"},
        {&insert_owner_, "INSERT INTO owner(path) VALUES(?)"},
        {&find_category_, "SELECT id FROM category WHERE name = ?"},
        {&insert_category_, "INSERT INTO category(name) VALUES(?)"},
    };
    for (const auto& [statement, sql] : all) {
        auto prepared = database_.prepare(sql);
        if (!prepared) return tl::make_unexpected(prepared.error());
        *statement = std::move(*prepared);
    }
    return {};
}

// The run of this process that a recorder before us has begun; it has no end then any more.
Expected<std::optional<std::int64_t>> RecordStore::resume_run(const RecordedRun& run) {
    auto find = database_.prepare(
        "SELECT id FROM run WHERE pid = ? AND start_ticks = ? AND boot_id = ? AND boot_id <> '' ORDER BY id "
        "LIMIT 1");
    if (!find) return tl::make_unexpected(find.error());
    find->bind(0, stored::number(run.pid));
    find->bind(1, stored::number(run.start_ticks));
    find->bind(2, std::string_view(run.boot_id));
    const auto row = database_.step(*find);
    if (!row) return tl::make_unexpected(row.error());
    if (!*row) return std::nullopt;
    const std::int64_t id = find->number(0);
    database_.reset(*find);
    // What is not known now may have been known before.
    auto update = database_.prepare(
        "UPDATE run SET ended_ms = NULL, end = '', java = coalesce(nullif(?, ''), java), "
        "gc = coalesce(nullif(?, ''), gc), nmt_level = coalesce(nullif(?, ''), nmt_level), nmtx_version = ?, "
        "physical_memory = ? WHERE id = ?");
    if (!update) return tl::make_unexpected(update.error());
    int parameter = 0;
    for (const std::string* text : {&run.java, &run.gc, &run.nmt_level, &run.nmtx_version})
        update->bind(parameter++, std::string_view(*text));
    update->bind(parameter++, stored::number(run.physical_memory));
    update->bind(parameter, id);
    if (auto updated = database_.run(*update); !updated) return tl::make_unexpected(updated.error());
    return id;
}

Expected<std::int64_t> RecordStore::insert_run(const RecordedRun& run) {
    auto insert = database_.prepare(
        "INSERT INTO run(pid, start_ticks, boot_id, command, java, gc, nmt_level, nmtx_version, "
        "physical_memory) VALUES(?,?,?,?,?,?,?,?,?)");
    if (!insert) return tl::make_unexpected(insert.error());
    insert->bind(0, stored::number(run.pid));
    insert->bind(1, stored::number(run.start_ticks));
    int parameter = 2;
    for (const std::string* text :
         {&run.boot_id, &run.command, &run.java, &run.gc, &run.nmt_level, &run.nmtx_version})
        insert->bind(parameter++, std::string_view(*text));
    insert->bind(parameter, stored::number(run.physical_memory));
    if (auto inserted = database_.run(*insert); !inserted) return tl::make_unexpected(inserted.error());
    return database_.last_id();
}

Expected<std::int64_t> RecordStore::begin_run(const RecordedRun& run) {
    std::int64_t id = 0;
    auto begun = database_.transaction([&]() -> Expected<void> {
        const auto resumed = resume_run(run);
        if (!resumed) return tl::make_unexpected(resumed.error());
        const auto begun_now = *resumed ? Expected<std::int64_t>(**resumed) : insert_run(run);
        if (!begun_now) return tl::make_unexpected(begun_now.error());
        id = *begun_now;
        return {};
    });
    if (!begun) return tl::make_unexpected(begun.error());
    boot_ids_[id] = run.boot_id;
    return id;
}

// Names are few, and each is looked up once. What a transaction that was rolled back had inserted is
// forgotten.
Expected<std::int64_t> RecordStore::id_of(Statement& find, Statement& insert,
                                          std::map<std::string, std::int64_t>& known,
                                          const std::string& name) {
    if (const auto it = known.find(name); it != known.end()) return it->second;
    find.bind(0, std::string_view(name));
    const auto row = database_.step(find);
    if (!row) return tl::make_unexpected(row.error());
    std::int64_t id = *row ? find.number(0) : 0;
    database_.reset(find);
    if (!*row) {
        insert.bind(0, std::string_view(name));
        if (auto inserted = database_.run(insert); !inserted) return tl::make_unexpected(inserted.error());
        id = database_.last_id();
    }
    known.emplace(name, id);
    return id;
}

// By the clock that nobody sets while one kernel runs, by the wall clock from one boot to the next. A sample
// that had to wait may be older than the last one that another recorder has added.
Expected<std::int64_t> RecordStore::line_ms(const SampleTime& time, const std::string& boot_id) {
    const auto row = database_.step(last_sample_);
    if (!row) return tl::make_unexpected(row.error());
    std::int64_t line = time.wall_ms;
    if (*row) {
        const bool same_boot = last_sample_.text(3) == boot_id;
        const std::int64_t passed = same_boot
                                        ? time.boot_ms - last_sample_.number(2)
                                        : std::max<std::int64_t>(time.wall_ms - last_sample_.number(1), 0);
        line = last_sample_.number(0) + passed;
    }
    database_.reset(last_sample_);
    return line;
}

Expected<std::int64_t> RecordStore::insert_sample(std::int64_t run, const Sample& sample, std::int64_t line) {
    bind_sample(insert_sample_, run, line, sample);
    if (auto inserted = database_.run(insert_sample_); !inserted)
        return tl::make_unexpected(inserted.error());
    return database_.last_id();
}

Expected<void> RecordStore::insert_owners(std::int64_t id, const Sample& sample) {
    for (const OwnerBytes& owner : sample.owners) {
        const auto owner_id = id_of(find_owner_, insert_owner_, owners_, owner.path);
        if (!owner_id) return tl::make_unexpected(owner_id.error());
        insert_resident_.bind(0, id);
        insert_resident_.bind(1, *owner_id);
        insert_resident_.bind(2, stored::number(owner.resident));
        if (auto inserted = database_.run(insert_resident_); !inserted) return inserted;
    }
    return {};
}

Expected<void> RecordStore::insert_categories(std::int64_t id, const Sample& sample) {
    if (!sample.nmt) return {};
    for (const CategorySample& category : sample.nmt->categories) {
        const auto category_id = id_of(find_category_, insert_category_, categories_, category.name);
        if (!category_id) return tl::make_unexpected(category_id.error());
        insert_nmt_.bind(0, id);
        insert_nmt_.bind(1, *category_id);
        insert_nmt_.bind(2, stored::number(category.committed));
        insert_nmt_.bind(3, stored::number(category.malloc));
        insert_nmt_.bind(4, stored::number(category.count));
        if (auto inserted = database_.run(insert_nmt_); !inserted) return inserted;
    }
    return {};
}

Expected<void> RecordStore::add(std::int64_t run, const Sample& sample) {
    auto added = database_.transaction([&]() -> Expected<void> {
        const auto line = line_ms(sample.time, boot_ids_[run]);
        if (!line) return tl::make_unexpected(line.error());
        const auto id = insert_sample(run, sample, *line);
        if (!id) return tl::make_unexpected(id.error());
        if (auto inserted = insert_owners(*id, sample); !inserted) return inserted;
        if (auto inserted = insert_categories(*id, sample); !inserted) return inserted;
        return thin_out(database_, *line);
    });
    if (!added) {
        owners_.clear();
        categories_.clear();
    }
    return added;
}

Expected<void> RecordStore::end_run(std::int64_t run, std::string_view why, const SampleTime& now) {
    const auto line = line_ms(now, boot_ids_[run]);
    if (!line) return tl::make_unexpected(line.error());
    auto update = database_.prepare("UPDATE run SET ended_ms = ?, end = ? WHERE id = ?");
    if (!update) return tl::make_unexpected(update.error());
    update->bind(0, *line);
    update->bind(1, why);
    update->bind(2, run);
    return database_.run(*update);
}

Expected<void> RecordStore::add_gap(const SampleTime& from, const SampleTime& to, const std::string& boot_id,
                                    RecordedGap gap) {
    const auto from_ms = line_ms(from, boot_id);
    if (!from_ms) return tl::make_unexpected(from_ms.error());
    const auto to_ms = line_ms(to, boot_id);
    if (!to_ms) return tl::make_unexpected(to_ms.error());
    gap.from_ms = *from_ms;
    gap.to_ms = *to_ms;
    return nmtx::add_gap(database_, gap);
}

void RecordStore::finish() {
    static_cast<void>(database_.execute("PRAGMA journal_mode=DELETE"));
}

Expected<std::int64_t> RecordStore::bytes() {
    return database_.number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
}

Expected<void> RecordStore::limit_pages(std::int64_t pages) {
    return database_.execute(("PRAGMA max_page_count=" + std::to_string(pages)).c_str());
}

}  // namespace nmtx
