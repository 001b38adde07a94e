// The tables of a record, and the check that a file has only these, without triggers or views.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/record/record_database.h"

namespace nmtx {

// The statements that create an empty record. docs/reference/formats/record-file.md describes the tables.
std::string record_schema();

// Each table and index must be word for word as in record_schema(): SQLite keeps the statements. An
// untrusted file may have a view with a table's name, and a view can compute for ever; so views, triggers,
// virtual tables and further indexes of our tables are refused. Other plain tables are ignored: a later nmtx
// may add some.
Expected<void> check_record_schema(RecordDatabase& database);

// quick_check of our tables only; call it after check_record_schema.
Expected<void> check_record_pages(RecordDatabase& database);

}  // namespace nmtx
