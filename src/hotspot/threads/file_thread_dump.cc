#include "hotspot/threads/file_thread_dump.h"

#include <algorithm>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

// Appends the character of "\u003c"; half of a pair gives "?".
void append_utf8(std::string& into, std::uint64_t point) {
    const auto put = [&](std::uint64_t byte) { into += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point >= 0xD800 && point < 0xE000) {
        put('?');
    } else {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
}

// The strings and the signs of a JSON text, one after the other, whether it is whole or not.
class JsonPieces {
  public:
    explicit JsonPieces(std::string_view json) : rest_(json) {}

    enum class Kind { string, word, sign };

    bool next() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\t' ||
                                  rest_.front() == '\r' || rest_.front() == ','))
            rest_.remove_prefix(1);
        if (rest_.empty()) return false;
        if (rest_.front() == '"') return string();
        constexpr std::string_view signs = "{}[]:";
        if (signs.find(rest_.front()) != std::string_view::npos) {
            kind = Kind::sign;
            text = rest_.front();
            rest_.remove_prefix(1);
            return true;
        }
        const std::size_t end = std::min(rest_.find_first_of(" ,\n\t\r{}[]:\""), rest_.size());
        kind = Kind::word;
        text = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return true;
    }

    Kind kind = Kind::sign;
    std::string text;

  private:
    // False where the text ends inside it.
    bool string() {
        kind = Kind::string;
        text.clear();
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const std::size_t end = std::min(rest_.find_first_of("\"\\"), rest_.size());
            text += rest_.substr(0, end);
            rest_.remove_prefix(end);
            if (rest_.size() < 2 && !rest_.starts_with('"')) return false;
            if (rest_.front() == '"') {
                rest_.remove_prefix(1);
                return true;
            }
            escape();
        }
        return false;
    }

    void escape() {
        const char c = rest_[1];
        constexpr std::string_view letters = "nrtbf";
        constexpr std::string_view stand_for = "\n\r\t\b\f";
        rest_.remove_prefix(2);
        if (c == 'u' && rest_.size() >= 4) {
            Cursor digits(rest_.substr(0, 4));
            append_utf8(text, digits.hex().value_or('?'));
            rest_.remove_prefix(4);
        } else if (const std::size_t at = letters.find(c); at != std::string_view::npos) {
            text += stand_for[at];
        } else {
            text += c;
        }
    }

    std::string_view rest_;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    return cursor.at_end() ? number : std::nullopt;
}

// { "threadDump": { "processId": 4125, "time": …, "runtimeVersion": "28-ea+18", "threadContainers": [ { …,
//   "threads": [ { "tid": 3, "name": "main", "state": "RUNNABLE", "stack": [ "java.base\/…", …
// Numbers are strings before 25.
class JsonReader {
  public:
    std::optional<FileThreadDump> read(std::string_view text) {
        JsonPieces pieces(text);
        std::string key;
        while (pieces.next()) {
            if (pieces.kind == JsonPieces::Kind::sign) {
                sign(pieces.text.front(), key);
            } else if (in_stack_) {
                if (!dump_.threads.empty()) dump_.threads.back().frames.push_back(pieces.text);
            } else if (!value_follows_) {
                key = pieces.text;
            } else {
                value(key, pieces.text);
                value_follows_ = false;
            }
        }
        if (!seen_) return std::nullopt;
        return std::move(dump_);
    }

  private:
    void sign(char c, const std::string& key) {
        if (c == ':') value_follows_ = true;
        if (c == '[') in_stack_ = value_follows_ && key == "stack";
        if (c == ']') in_stack_ = false;
        if (c != ':') value_follows_ = false;
    }

    void value(std::string_view key, const std::string& text) {
        if (key == "processId") {
            dump_.pid = number_of(text);
            seen_ = true;
        } else if (key == "runtimeVersion") {
            dump_.version = text;
            seen_ = true;
        } else if (key == "tid") {
            dump_.threads.push_back({number_of(text).value_or(0), {}, false, {}, {}});
            seen_ = true;
        } else if (key == "time" && dump_.threads.empty()) {
            dump_.time = text;
        } else if (!dump_.threads.empty()) {
            FileDumpThread& thread = dump_.threads.back();
            if (key == "virtual") thread.is_virtual = text == "true";
            if (key == "name") thread.name = text;
            if (key == "state") thread.state = text;
        }
    }

    FileThreadDump dump_;
    bool value_follows_ = false, in_stack_ = false, seen_ = false;
};

// #3 "main"                                                          21 to 24
// #21 "" virtual TIMED_WAITING 2026-11-26T22:30:46.081673866Z        25 and later
// A name is printed as it is; it ends with the last quote of the line.
std::optional<FileDumpThread> read_head(std::string_view line) {
    Cursor cursor(line);
    if (!cursor.take("#")) return std::nullopt;
    const auto number = cursor.decimal();
    if (!number || !cursor.take(" \"")) return std::nullopt;
    const std::size_t end = cursor.rest().rfind('"');
    if (end == std::string_view::npos) return std::nullopt;
    FileDumpThread thread;
    thread.number = *number;
    thread.name = cursor.rest().substr(0, end);
    Cursor behind(cursor.rest().substr(end + 1));
    for (behind.skip_blanks(); !behind.at_end(); behind.skip_blanks()) {
        const std::string_view word = behind.word();
        if (word == "virtual")
            thread.is_virtual = true;
        else if (thread.state.empty() && word.front() >= 'A' && word.front() <= 'Z')
            thread.state = word;
    }
    return thread;
}

// 64933
// 2025-04-22T07:47:09.198298561Z
// 24+36
//
// #3 "main"
//       java.base/jdk.internal.misc.Unsafe.park(Native Method)          "    at java.base/…" in 25 and later
std::optional<FileThreadDump> read_text(std::string_view text) {
    FileThreadDump dump;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        if (trim(line).empty()) continue;
        if (auto thread = read_head(line)) {
            dump.threads.push_back(std::move(*thread));
        } else if (line.front() == ' ' && !dump.threads.empty()) {
            Cursor frame(trim(line));
            frame.take("at ");
            dump.threads.back().frames.emplace_back(frame.rest());
        } else if (dump.threads.empty() && !dump.pid && number_of(line)) {
            dump.pid = number_of(line);
        } else if (dump.threads.empty() && dump.time.empty() && line.size() > 18 && line[4] == '-' &&
                   line[10] == 'T') {
            dump.time = line;
        } else if (dump.threads.empty() && dump.version.empty() && !dump.time.empty()) {
            dump.version = line;
        } else {
            dump.not_understood.add_line(lines.number(), line);
        }
    }
    if (dump.threads.empty()) return std::nullopt;
    return dump;
}

}  // namespace

std::size_t FileThreadDump::virtual_threads() const {
    return static_cast<std::size_t>(std::ranges::count_if(threads, &FileDumpThread::is_virtual));
}

Expected<FileThreadDump> parse_file_thread_dump(std::string_view text, std::string_view document) {
    if (auto dump = read_text(text)) return std::move(*dump);
    if (auto dump = JsonReader().read(text)) return std::move(*dump);
    Lines lines(text);
    while (lines.next() && trim(lines.line()).empty()) {
    }
    return lines.error(document, "expected a dump of Thread.dump_to_file, as '#3 \"main\"', found " +
                                     vm::quoted(lines.line()));
}

}  // namespace nmtx
