// The columns of a record's samples: the schema, inserts and selects are derived from one table.
#pragma once

#include <cstdint>
#include <string>

#include "change/series.h"
#include "platform/record/record_database.h"

namespace nmtx {

// CREATE TABLE sample(…), word for word the same as in existing records.
std::string sample_table();
std::string insert_into_sample();
// All columns, `id` first; without a condition.
std::string select_samples();

// The parameters of insert_into_sample(); `line_ms` is the sample's place on the file's time line.
void bind_sample(Statement& insert, std::int64_t run, std::int64_t line_ms, const Sample& sample);

struct SampleRow {
    std::int64_t id = 0;
    std::int64_t run = 0;
    Sample sample;
};
SampleRow sample_of_row(const Statement& row);  // of select_samples()

}  // namespace nmtx
