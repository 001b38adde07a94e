#include "evidence/secret_walk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "evidence/secret_extent.h"
#include "evidence/secret_items.h"
#include "evidence/secret_names.h"
#include "evidence/secret_options.h"
#include "evidence/secret_shapes.h"
#include "evidence/secret_urls.h"
#include "evidence/secret_xml.h"

namespace nmtx {
namespace {

using std::string_view;
constexpr auto npos = string_view::npos;

// A text is NUL-separated (a value may hold blanks and ends with its word), or joined by blanks: then a value
// may have had blanks too, and goes on until the next word that begins with '-', or the end of its line.
class Walk {
  public:
    Walk(string_view text, WalkedText kind, SecretMarks& marks)
        : text_(text), kind_(kind), command_(kind.command), marks_(marks), values_(text, kind.joined) {}

    void run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (!values_.ends_word(c)) {
                std::size_t end = at_;
                while (end < text_.size() && !values_.ends_word(text_[end])) ++end;
                at_ = word(at_, end);
                continue;
            }
            // A line and a string end here: what comes next is no value of the option before.
            if (kind_.joined && !is_blank(c)) end_line(c);
            ++at_;
        }
    }

  private:
    void end_line(char c) {
        next_ = NextWord::as_ever;
        after_option_ = false;
        command_ = kind_.command;
        if (c == '\n' && secret_value_lines_ > 0) --secret_value_lines_;
    }

    // Returns where to go on.
    std::size_t word(std::size_t begin, std::size_t end) {
        const string_view whole = text_.substr(begin, end - begin);
        const NextWord expected = std::exchange(next_, NextWord::as_ever);
        const bool behind_option = std::exchange(after_option_, false);
        if (!command_) command_ = begins_command(whole);
        if (expected != NextWord::as_ever) {
            const std::size_t taken = expected_word(expected, begin, end);
            if (taken > 0) return taken;
        }
        if (whole.size() > 1) {
            const std::size_t attached = command_ ? attached_secret(whole) : 0;
            if (attached > 0) {
                marks_.add(begin + attached, end);
                return end;
            }
            after_option_ = whole.front() == '-' && whole.find_first_of("=:") == npos;
            next_ = next_word_of(whole, command_);
            name_ = whole;
        }
        std::size_t go_on = end;
        if (!whole.starts_with("-XX:")) go_on = assignments(begin, end);
        if (go_on > end) next_ = NextWord::as_ever;
        mark_url_secrets(whole, begin, marks_);
        mark_known_tokens(whole, begin, marks_);
        if (!whole.starts_with("-X")) {
            const bool judged = command_ || (behind_option && whole.front() != '-');
            mark_random_items(whole, begin, judged, marks_);
        }
        return go_on;
    }

    // 0: it is no value, but what it would be anyway.
    std::size_t expected_word(NextWord expected, std::size_t begin, std::size_t end) {
        const string_view whole = text_.substr(begin, end - begin);
        if (whole == "=" || whole == ":") {
            next_ = expected;
            return end;
        }
        switch (expected) {
            case NextWord::as_ever:
                return 0;
            case NextWord::secret:
                return secret_word(begin, end);
            case NextWord::header:
            case NextWord::header_only:
                return header_word(expected, begin, end);
            case NextWord::user: {
                const bool quoted = is_quote(whole.front());
                const std::size_t password = password_of_user(whole.substr(quoted ? 1 : 0));
                if (password == 0 || whole.front() == '-') return 0;
                marks_.add(begin + password + (quoted ? 1 : 0),
                           end - (quoted && whole.back() == whole.front() ? 1 : 0));
                return end;
            }
            case NextWord::p:
                if (is_harmless_p(whole, word_behind(end))) return 0;
                marks_.add(begin, end);
                return end;
            case NextWord::bearer: {
                constexpr std::array<string_view, 6> prose{"token",          "tokens", "auth",
                                                           "authentication", "scheme", "header"};
                if (std::find(prose.begin(), prose.end(), whole) != prose.end()) return 0;
                break;
            }
            case NextWord::basic:
                if (!is_basic_credential(whole.substr(0, whole.find_last_not_of("\"',;") + 1))) return 0;
                break;
        }
        marks_.add(begin, begin + whole.find_last_not_of("\"',;") + 1);
        return end;
    }

    [[nodiscard]] string_view word_behind(std::size_t end) const {
        std::size_t begin = end;
        while (begin < text_.size() && (text_[begin] == ' ' || (!kind_.joined && text_[begin] == '\0')))
            ++begin;
        std::size_t last = begin;
        while (last < text_.size() && last < begin + 64 && !values_.ends_word(text_[last])) ++last;
        return text_.substr(begin, last - begin);
    }

    std::size_t secret_word(std::size_t begin, std::size_t end) {
        const string_view whole = text_.substr(begin, end - begin);
        const bool option = whole.front() == '-' && next_word_of(whole, false) != NextWord::as_ever;
        if (option || whole.starts_with("-XX:") || is_harmless_value(name_, whole)) return 0;
        if (is_quote(whole.front())) {
            const std::size_t close = values_.closing(begin);
            if (close != npos) {
                marks_.add(begin + 1, close);
                return std::max(end, close);
            }
        }
        const std::size_t last = whole.front() == '-' ? end : values_.value_end(begin, end);
        marks_.add(begin, last);
        return std::max(last, end);
    }

    // "Name: value", as one word or in quotes.
    std::size_t header_word(NextWord expected, std::size_t begin, std::size_t end) {
        const bool quoted = is_quote(text_[begin]);
        const std::size_t close = quoted ? values_.closing(begin) : npos;
        const std::size_t from = begin + (quoted ? 1 : 0);
        const std::size_t last = close != npos ? close : values_.value_end(begin, end);
        if (!mark_header(from, last, expected == NextWord::header)) return 0;
        return std::max(last, end);
    }

    // False where nothing of it is a secret.
    bool mark_header(std::size_t begin, std::size_t end, bool surely) {
        const string_view header = text_.substr(begin, end - begin);
        const std::size_t sign = header.find_first_of(":=");
        if (sign == npos) {
            constexpr std::size_t shortest = 4;
            const bool is_value = surely && header.size() >= shortest && !is_harmless_value("header", header);
            if (is_value) marks_.add(begin, end);
            return is_value;
        }
        const string_view name = header.substr(0, sign);
        if (name.find_first_of("/ ") != npos || is_harmless_header(name)) return false;
        std::size_t value = begin + sign + 1;
        while (value < end && is_blank(text_[value])) ++value;
        if (header.substr(sign).starts_with("://") ||
            is_harmless_value(name, text_.substr(value, end - value)))
            return false;
        marks_.add(value, end);
        return true;
    }

    // Every "name=value" of the word, and "\"name\":value" of JSON. Returns where the last value ends, at
    // most `end` where none left the word.
    std::size_t assignments(std::size_t begin, std::size_t end) {
        const std::size_t limit = kind_.joined ? std::min(values_.line_end(begin), end + 5) : end;
        // Most words assign nothing, and a look for the signs is much faster than the walk below.
        if (text_.substr(begin, limit - begin).find_first_of("=:\"'%") == npos) return end;
        std::size_t name_begin = begin;
        for (std::size_t i = begin; i <= end; ++i) {
            if (i < end && is_name_byte(text_[i])) continue;
            const Sign sign = i > name_begin ? values_.sign_at(i, limit) : Sign{};
            if (sign.end == 0) {
                name_begin = i + 1;
                continue;
            }
            const std::size_t next = assignment(name_begin, i, sign, begin, end);
            if (next >= end) return next;
            if (next == 0 && sign.end > end) return end;
            name_begin = next > 0 ? next : sign.end;
            i = name_begin - 1;
        }
        return end;
    }

    // Returns where its value ends if that is a secret; else 0.
    std::size_t assignment(std::size_t name_begin, std::size_t name_end, const Sign& sign, std::size_t begin,
                           std::size_t end) {
        const string_view name = text_.substr(name_begin, name_end - name_begin);
        const char before = name_begin > begin ? text_[name_begin - 1] : ' ';
        const bool loose = sign.colon && !sign.quoted;
        if (loose && before == '/') return 0;  // "/opt/secret:/opt/lib"
        const bool attribute = !sign.colon && names_pair(name) && is_in_tag(text_, name_begin);
        if (attribute) return 0;  // mark_xml_secrets
        bool secret = loose && !command_ ? ends_in_secret(name) : speaks_of_secrets(name);
        if (sign.colon && names_value(name)) secret = std::exchange(secret_value_lines_, 0) > 0;
        const bool pair = sign.colon && names_pair(name);
        const bool header = names_header(name), user = names_user(name);
        if (!secret && !pair && !header && !user) return 0;

        const Extent value = values_.extent(name_begin, sign, before, end, secret);
        if (pair) {
            constexpr int lines_to_value = 2;
            const string_view text = text_.substr(value.begin, value.end - value.begin);
            secret_value_lines_ = speaks_of_secrets(text.substr(0, text.find(' '))) ? lines_to_value : 0;
            if (secret_value_lines_ > 0) return 0;
        }
        if (value.begin >= value.end) return 0;
        const string_view text = text_.substr(value.begin, value.end - value.begin);
        if (!secret) {
            const bool surely = command_ && !sign.colon && !names_a_header(text);
            if (header && mark_header(value.begin, value.end, surely)) return value.end;
            const std::size_t password = user ? password_of_user(text) : 0;
            if (password == 0) return 0;
            marks_.add(value.begin + password, value.end);
            return value.end;
        }
        const string_view first = text.substr(0, kind_.joined && !value.inside ? text.find(' ') : npos);
        if (is_harmless_value(name, first) || (loose && is_port_of_service(name, text))) return 0;
        marks_.add(value.begin, value.end);
        return value.inside ? value.end : std::max(value.end, end);
    }

    // "X-Request-Id"
    static bool names_a_header(string_view value) {
        constexpr std::size_t longest = 64;
        return value.size() <= longest && value.find('-') != npos &&
               std::all_of(value.begin(), value.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
               });
    }
    // JSON and YAML of containers: {"name": "DB_PASSWORD", "value": "…"}.
    static bool names_pair(string_view name) {
        return name == "name" || name == "Name" || name == "key" || name == "Key";
    }
    static bool names_value(string_view name) { return name == "value" || name == "Value"; }

    string_view text_;
    WalkedText kind_;
    bool command_;
    SecretMarks& marks_;
    SecretText values_;
    std::size_t at_ = 0;
    NextWord next_ = NextWord::as_ever;
    string_view name_;  // of the option before
    bool after_option_ = false;
    int secret_value_lines_ = 0;  // so many lines on, "value:" is that of a secret
};

}  // namespace

void mark_secrets(string_view text, WalkedText kind, SecretMarks& marks) {
    mark_private_keys(text, marks);
    mark_xml_secrets(text, marks);
    Walk(text, kind, marks).run();
}

}  // namespace nmtx
