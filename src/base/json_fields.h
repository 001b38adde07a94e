// Reads and writes the JSON of our own documents: texts of any bytes, numbers that fit, errors with their
// place. An absent key leaves its variable unchanged; unknown keys are ignored.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

// A text that is not valid UTF-8 becomes {"hex": "ff2f…"}, in lower case.
nlohmann::ordered_json text_json(const std::string& text);

// JSON has no infinity; a clock that returned one must not lose a document.
inline double finite(double value) {
    return std::isfinite(value) ? value : 0;
}

// Values nested deeper than `deepest` are dropped while parsing, because they only cost memory. The error
// names the line.
Expected<nlohmann::json> parse_json(std::string_view text, std::string_view document, int deepest);

// Reads the values of one object and remembers the first one of the wrong type.
class JsonFields {
  public:
    JsonFields(const nlohmann::json& object, std::string path);

    [[nodiscard]] const std::optional<std::string>& wrong() const { return wrong_; }

    void read(const char* key, std::string& into);
    void read(const char* key, double& into);
    void read(const char* key, bool& into);
    // A text of hexadecimal digits without a prefix.
    void read_hex(const char* key, std::uint64_t& into);
    template <typename T>
    void read_whole(const char* key, T& into) {
        const nlohmann::json* value = find(key);
        if (value == nullptr) return;
        const bool fits =
            value->is_number_unsigned() &&
            value->get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        if (!fits) return complain(key, "a whole number", *value);
        into = static_cast<T>(value->get<std::uint64_t>());
    }
    // Calls `each` with the fields of the object under `key`.
    template <typename Each>
    void read_object(const char* key, Each each) {
        const nlohmann::json* value = find(key);
        if (value == nullptr || wrong_) return;
        JsonFields inner(*value, path(key));
        if (!inner.wrong()) each(inner);
        if (inner.wrong()) wrong_ = inner.wrong();
    }
    // Calls `each` with the fields of every object of the list under `key`.
    template <typename Each>
    void read_list(const char* key, Each each) {
        const nlohmann::json* list = find(key);
        if (list == nullptr || wrong_) return;
        if (!list->is_array()) return complain(key, "a list", *list);
        for (std::size_t i = 0; i < list->size() && !wrong_; ++i) {
            JsonFields one((*list)[i], path(key) + "[" + std::to_string(i) + "]");
            if (!one.wrong()) each(one);
            if (one.wrong()) wrong_ = one.wrong();
        }
    }
    // The value of the key, nothing where there is none.
    [[nodiscard]] const nlohmann::json* find(const char* key) const;
    [[nodiscard]] std::string path(const char* key) const { return path_.empty() ? key : path_ + "." + key; }

    // "path.key: expected WANTED, found TYPE"
    void complain(const char* key, const char* wanted, const nlohmann::json& found);
    // "path: what"
    void complain(const std::string& what);

  private:
    const nlohmann::json& object_;
    std::string path_;
    std::optional<std::string> wrong_;
};

// The text in `value`, as text_json writes it; nothing for anything else.
std::optional<std::string> text_of_json(const nlohmann::json& value);

}  // namespace nmtx
