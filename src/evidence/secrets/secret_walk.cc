#include "evidence/secrets/secret_walk.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/words.h"
#include "evidence/secrets/secret_blocks.h"
#include "evidence/secrets/secret_extent.h"
#include "evidence/secrets/secret_items.h"
#include "evidence/secrets/secret_names.h"
#include "evidence/secrets/secret_options.h"
#include "evidence/secrets/secret_shapes.h"
#include "evidence/secrets/secret_urls.h"
#include "evidence/secrets/secret_xml.h"

namespace nmtx {
namespace {

using std::string_view;

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
            ++at_;
            if (kind_.joined && !is_blank(c)) end_line(c);
        }
    }

  private:
    void end_line(char c) {
        if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') return;
        // In a list of arguments, each on its line, the value is on the next one.
        const bool goes_on =
            c == '\n' && words_ == 1 && name_.starts_with('-') &&
            (next_ == NextWord::secret || next_ == NextWord::header || next_ == NextWord::user);
        if (!goes_on) next_ = NextWord::as_ever;
        words_ = 0;
        // In a second look at NUL-separated words the option before is still the one before.
        if (c != '\0') after_option_ = false;
        command_ = kind_.command;
        if (c == '\n' && secret_value_lines_ > 0) --secret_value_lines_;
        if (c == '\n' && block_) at_ = mark_block(text_, at_, *block_, marks_);
        block_.reset();
    }

    // Returns where to continue.
    std::size_t word(std::size_t begin, std::size_t end) {
        const string_view whole = text_.substr(begin, end - begin);
        const NextWord expected = std::exchange(next_, NextWord::as_ever);
        const string_view option = std::exchange(after_option_, false) ? name_ : string_view();
        if (!command_) command_ = begins_command(whole);
        if (whole == "-" && words_ == 0) {
            next_ = expected;
            return end;
        }
        ++words_;
        if (expected != NextWord::as_ever) {
            const std::size_t taken = expected_word(expected, begin, end);
            if (taken > 0) return taken;
        }
        if (whole.starts_with("-XX:")) return jvm_option(begin, end);
        if (whole.size() > 1) {
            const std::size_t attached = command_ ? attached_in(whole) : 0;
            if (attached > 0) {
                marks_.add(begin + attached, end);
                return end;
            }
            after_option_ = whole.front() == '-' && whole.find_first_of("=:") == npos;
            // What is the value of an option already says nothing of the next word.
            if (expected != NextWord::secret || whole.front() == '-') next_ = next_word_of(whole, command_);
            name_ = whole;
            if (next_ == NextWord::as_ever && kind_.joined) {
                const string_view inside = option_inside(whole);
                if (!inside.empty()) next_ = next_word_of(inside, command_);
                if (next_ != NextWord::as_ever) name_ = inside;
            }
        }
        const std::size_t go_on = assignments(begin, end);
        if (go_on > end) next_ = NextWord::as_ever;
        mark_looks(begin, end, option, command_ || (!option.empty() && whole.front() != '-'));
        return go_on;
    }

    static std::size_t attached_in(string_view whole) {
        const std::size_t attached = attached_secret(whole);
        return attached > 0 ? attached : attached_inside(whole);
    }

    void mark_looks(std::size_t begin, std::size_t end, string_view option, bool judged) {
        const string_view whole = text_.substr(begin, end - begin);
        mark_url_secrets(whole, begin, marks_);
        mark_known_tokens(whole, begin, marks_);
        if (!whole.starts_with("-X")) mark_random_items(whole, begin, option, judged, marks_);
    }

    // "-XX:OnError=curl --token X": the value is a text of its own, that of -XX:On… a command line.
    std::size_t jvm_option(std::size_t begin, std::size_t end) {
        constexpr string_view extra = "-XX:", commands = "-XX:On";
        const string_view whole = text_.substr(begin, end - begin);
        const std::size_t sign = whole.find_first_of("=:", extra.size());
        if (sign == npos) return end;
        std::size_t value = begin + sign + 1;
        if (value < end && text_[value] == '\\') ++value;
        if (value < end && is_quote(text_[value])) ++value;
        if (value >= end) return end;
        if (!whole.starts_with(commands)) {
            mark_looks(begin, end, {}, false);
            return assignments(value, end);
        }
        command_ = true;
        const std::size_t go_on = word(value, end);
        if (!kind_.joined) next_ = NextWord::as_ever;
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
        if (is_option(whole) || is_harmless_value(name_, whole)) return 0;
        if (name_.starts_with('/') && whole.front() == '/') return 0;
        if (is_quote(whole.front())) {
            const std::size_t close = values_.closing(begin);
            if (close != npos) {
                const std::size_t last = values_.behind_list(close, name_.front() != '-');
                const bool open = last >= text_.size() || (text_[last] != '\\' && !is_quote(text_[last]));
                marks_.add(open ? begin : begin + 1, last);
                return std::max(end, last);
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
        if (!mark_header(text_, from, last, expected == NextWord::header, marks_)) return 0;
        return std::max(last, end);
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
                const std::size_t listed = i > name_begin ? listed_value(name_begin, i, end) : 0;
                if (listed >= end) return listed;
                name_begin = std::max(listed, i) + 1;
                i = name_begin - 1;
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

    // ["--password","hunter2"]: returns where the value ends if that is a secret; else 0.
    std::size_t listed_value(std::size_t name_begin, std::size_t name_end, std::size_t end) {
        if (name_end >= end || text_[name_begin] != '-' || name_begin == 0 ||
            !is_quote(text_[name_begin - 1]))
            return 0;
        const std::size_t at = name_end + (text_[name_end] == '\\' ? 1 : 0);
        if (at >= end || text_[at] != text_[name_begin - 1]) return 0;
        const std::size_t limit = kind_.joined ? values_.line_end(name_begin) : end;
        const std::size_t quote = text_.find_first_not_of(" \t,\\", at + 1);
        if (quote >= limit || !is_quote(text_[quote])) return 0;
        const NextWord next = next_word_of(text_.substr(name_begin, name_end - name_begin), true);
        const std::size_t close = next == NextWord::as_ever ? npos : values_.closing(quote);
        if (close == npos || close == quote + 1) return 0;
        name_ = text_.substr(name_begin, name_end - name_begin);
        const string_view value = text_.substr(quote + 1, close - quote - 1);
        if (next == NextWord::secret) {
            if (is_option(value) || is_harmless_value(name_, value)) return 0;
            marks_.add(quote + 1, close);
            return close;
        }
        const std::size_t taken =
            next == NextWord::header || next == NextWord::header_only
                ? (mark_header(text_, quote + 1, close, next == NextWord::header, marks_) ? close : 0)
                : expected_word(next, quote + 1, close);
        return taken > 0 ? close : 0;
    }

    // Returns where its value ends if that is a secret; else 0.
    std::size_t assignment(std::size_t name_begin, std::size_t name_end, const Sign& sign, std::size_t begin,
                           std::size_t end) {
        const string_view name = text_.substr(name_begin, name_end - name_begin);
        const char before = name_begin > begin ? text_[name_begin - 1] : ' ';
        const bool loose = sign.colon && !sign.quoted;
        if (loose && before == '/' &&
            !is_windows_option(text_.substr(begin, end - begin), name_begin - begin, sign.end - begin))
            return 0;
        // "(CONNECT_DATA=(SID=ORCL))"
        if (before == '(' && name == "SID" && sign.end < end) {
            constexpr std::size_t longest = 64;
            const string_view rest = text_.substr(sign.end, std::min(longest, end - sign.end));
            if (is_harmless_value("oracle.sid", rest.substr(0, rest.find(')')))) return 0;
        }
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
        if (secret && loose && kind_.joined && words_ == 1)
            block_ = block_below(text_, name_begin, text_.substr(value.begin, value.end - value.begin));
        if (block_ || value.begin >= value.end) return 0;
        const string_view text = text_.substr(value.begin, value.end - value.begin);
        if (!secret) {
            const bool surely = command_ && !sign.colon && !names_a_header(text);
            if (header && mark_header(text_, value.begin, value.end, surely, marks_)) return value.end;
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

    string_view text_;
    WalkedText kind_;
    bool command_;
    SecretMarks& marks_;
    SecretText values_;
    std::size_t at_ = 0;
    NextWord next_ = NextWord::as_ever;
    string_view name_;  // of the option before
    bool after_option_ = false;
    std::size_t words_ = 0;       // of the line so far
    std::optional<Block> block_;  // its values are on the lines below
    int secret_value_lines_ = 0;  // so many lines on, "value:" is that of a secret
};

}  // namespace

void mark_secrets(string_view text, WalkedText kind, SecretMarks& marks) {
    mark_private_keys(text, marks);
    mark_xml_secrets(text, marks);
    Walk(text, kind, marks).run();
}

}  // namespace nmtx
