#include "report/style/csv.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace nmtx {
namespace {

using Object = nlohmann::ordered_json;

// A spreadsheet takes a cell for a formula that begins so, or with white space before it. Figures are not
// written by this.
bool may_be_formula(const std::string& text) {
    return !text.empty() && std::string_view("=+-@ \t\r\n").find(text.front()) != std::string_view::npos;
}

using Cells = std::vector<std::pair<std::string, std::string>>;  // column, what stands there

std::string csv_value(const Object& value) {
    if (value.is_null()) return "";
    return value.is_string() ? csv_field(value.get<std::string>()) : value.dump();
}

void take_cells(const Object& row, const std::string& before, Cells& cells) {
    for (const auto& [key, value] : row.items()) {
        if (value.is_object()) {
            take_cells(value, before + key + ".", cells);
        } else if (!value.is_array()) {
            cells.emplace_back(before + key, csv_value(value));
        }
    }
}

// The columns of all rows; not that of an object which is null in some of them.
std::vector<std::string> columns_of(const std::vector<Cells>& rows) {
    std::vector<std::string> columns;
    for (const Cells& cells : rows) {
        auto place = columns.begin();
        for (const auto& [name, value] : cells) {
            auto at = std::find(columns.begin(), columns.end(), name);
            if (at == columns.end()) at = columns.insert(place, name);
            place = at + 1;
        }
    }
    const auto is_object = [&](const std::string& name) {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const std::string& other) { return other.starts_with(name + "."); });
    };
    std::vector<std::string> kept;
    for (const std::string& name : columns) {
        if (!is_object(name)) kept.push_back(name);
    }
    return kept;
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::string out;
    for (const std::string& field : fields) out += (&field == fields.data() ? "" : ",") + field;
    return out + "\n";
}

}  // namespace

std::string csv_field(std::string text) {
    if (may_be_formula(text)) text.insert(text.begin(), '\'');
    if (text.find_first_of("\",\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

Expected<std::string> csv_of(const std::string& json_text, const std::string& pointer) {
    const Object whole = Object::parse(json_text, nullptr, false);
    const Object::json_pointer path(pointer);
    if (!whole.contains(path) || !whole.at(path).is_array())
        return failure("", "what this table shows could not be read, so there are no rows",
                       "the text output says why");
    std::vector<Cells> rows;
    for (const Object& row : whole.at(path)) {
        Cells cells;
        take_cells(row, "", cells);
        rows.push_back(std::move(cells));
    }
    if (rows.empty()) return std::string();
    const std::vector<std::string> columns = columns_of(rows);
    std::string out = csv_line(columns);
    for (const Cells& cells : rows) {
        std::vector<std::string> fields;
        for (const std::string& column : columns) {
            const auto at = std::find_if(cells.begin(), cells.end(),
                                         [&](const auto& cell) { return cell.first == column; });
            fields.push_back(at == cells.end() ? "" : at->second);
        }
        out += csv_line(fields);
    }
    return out;
}

}  // namespace nmtx
