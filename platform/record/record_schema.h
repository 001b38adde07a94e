// The tables of a record, and the check that a file has these and nothing that acts by itself.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/record/record_database.h"

namespace nmtx {

// The statements that make an empty record. docs/reference/formats/record-file.md describes the tables.
std::string record_schema();

// Each table and index must be there word for word as record_schema() makes it: SQLite keeps the statements.
// A stranger's file may call a view by a table's name, and a view can compute for ever; so views, triggers,
// virtual tables and further indexes of our tables are refused. Other plain tables are left alone: a later
// nmtx may add some, and nobody reads them here.
Expected<void> check_record_schema(RecordDatabase& database);

// quick_check of our tables only; call it after check_record_schema.
Expected<void> check_record_pages(RecordDatabase& database);

}  // namespace nmtx
