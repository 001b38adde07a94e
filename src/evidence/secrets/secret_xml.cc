#include "evidence/secrets/secret_xml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/characters.h"
#include "base/words.h"
#include "evidence/secrets/secret_names.h"

namespace nmtx {
namespace {

using std::string_view;

bool begins_xml_name(char c) {
    return is_letter(c) || c == '_' || is_beyond_ascii(c);
}

// Elements and attributes whose text is the name of another value.
bool gives_name(string_view name) {
    constexpr std::array<string_view, 8> names{"name",       "Name",     "key", "Key",
                                               "param-name", "property", "id",  "entry-key"};
    return among(names, name);
}

// Those that hold the value of a pair.
bool gives_value(string_view name) {
    constexpr std::array<string_view, 14> values{"value",   "Value", "val",         "param-value", "string",
                                                 "integer", "true",  "false",       "array",       "dict",
                                                 "list",    "data",  "entry-value", "content"};
    return among(values, name);
}

string_view trimmed(string_view text) {
    constexpr string_view blanks = " \t\r\n";
    const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

struct Tag {
    string_view name;                // without its namespace
    string_view inside;              // the attributes
    std::size_t begin = 0, end = 0;  // from '<' to behind '>'
    bool closes = false;             // </name>
    bool is_whole = false;           // <name/>
};

// The tag at the '<' of `at`; none where it is something else.
std::optional<Tag> tag_at(string_view text, std::size_t at) {
    constexpr std::size_t longest = 4096;
    Tag tag;
    tag.begin = at;
    std::size_t i = at + 1;
    tag.closes = i < text.size() && text[i] == '/';
    if (tag.closes) ++i;
    if (i >= text.size() || !begins_xml_name(text[i])) return std::nullopt;
    const std::size_t name = i;
    const std::size_t most = std::min(text.size(), at + longest);
    while (i < most && (begins_xml_name(text[i]) || string_view("0123456789.-:").find(text[i]) != npos)) ++i;
    tag.name = text.substr(name, i - name);
    tag.name.remove_prefix(tag.name.rfind(':') + 1);
    const std::size_t attributes = i;
    char quote = 0;
    for (; i < most && text[i] != '\0' && (quote != 0 || text[i] != '>'); ++i) {
        if (text[i] == '<') return std::nullopt;
        if (text[i] == '"' || text[i] == '\'') quote = quote == 0 ? text[i] : quote == text[i] ? '\0' : quote;
    }
    if (i >= most || text[i] != '>') return std::nullopt;
    tag.is_whole = text[i - 1] == '/';
    tag.inside = text.substr(attributes, i - attributes);
    tag.end = i + 1;
    return tag;
}

// Calls `each` with the name and the value of every attribute.
template <typename Each>
void for_attributes(const Tag& tag, Each each) {
    string_view rest = tag.inside;
    for (std::size_t sign = rest.find('='); sign != npos; sign = rest.find('=')) {
        const string_view before = trimmed(rest.substr(0, sign));
        const string_view name = before.substr(before.find_last_of(" \t\r\n:\\") + 1);
        rest.remove_prefix(sign + 1);
        std::size_t quote = std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
        if (quote < rest.size() && rest[quote] == '\\') ++quote;  // XML inside JSON
        if (quote >= rest.size() || (rest[quote] != '"' && rest[quote] != '\'')) continue;
        const std::size_t close = rest.find(rest[quote], quote + 1);
        if (close == npos) return;
        string_view value = rest.substr(quote + 1, close - quote - 1);
        if (value.ends_with('\\')) value.remove_suffix(1);
        each(name, value);
        rest.remove_prefix(close + 1);
    }
}

class XmlWalk {
  public:
    XmlWalk(string_view text, SecretMarks& marks) : text_(text), marks_(marks) {}

    void run() {
        for (std::size_t at = text_.find('<'); at != npos; at = text_.find('<', at)) {
            if (text_.substr(at).starts_with(cdata)) {
                const std::size_t end = end_of_cdata(at);
                collect(at + cdata.size(), end);
                // One that is cut off may have tags behind it.
                at = text_.substr(end).starts_with("]]>") ? end : at + cdata.size();
                continue;
            }
            const std::optional<Tag> tag = tag_at(text_, at);
            if (tag) {
                if (tag->closes) {
                    close(*tag);
                } else {
                    open(*tag);
                }
                closed_last_ = tag->closes;
            }
            const std::size_t behind = tag ? tag->end : at + 1;
            if (!outer_.empty()) collect(behind, text_.find_first_of(ends_text, behind));
            at = behind;
        }
    }

  private:
    static constexpr string_view cdata = "<![CDATA[", ends_text = string_view("<\0", 2);

    struct Content {
        std::size_t begin = 0, end = 0;  // of the text behind a tag
        std::optional<Tag> next;
    };

    // Where "]]>" or the string ends what begins at `begin`.
    std::size_t end_of_cdata(std::size_t begin) {
        return std::min(
            {next("]]>", cdata_end_, begin), next(string_view("\0", 1), string_end_, begin), text_.size()});
    }

    // What was found last, so that a text is gone through once.
    struct Found {
        std::size_t from = 1, at = 0;
    };
    std::size_t next(string_view what, Found& found, std::size_t from) const {
        if (from < found.from || from > found.at) found = {from, text_.find(what, from)};
        return found.at;
    }

    // Text inside of an element that is a secret if it ends.
    void collect(std::size_t begin, std::size_t end) {
        if (!outer_.empty()) inner_.push_back({begin, std::min(end, text_.size())});
    }

    Content content_behind(const Tag& tag) {
        Content content{tag.end, tag.end, std::nullopt};
        if (text_.substr(tag.end).starts_with(cdata)) {
            content.begin += cdata.size();
            content.end = end_of_cdata(content.begin);
        } else {
            content.end = std::min(text_.find_first_of(ends_text, tag.end), text_.size());
        }
        const std::size_t next = content.begin == tag.end ? content.end : content.end + 3;
        if (next < text_.size() && text_[next] == '<') content.next = tag_at(text_, next);
        return content;
    }

    void mark(std::size_t begin, std::size_t end, string_view name) {
        const string_view text = text_.substr(begin, end - begin), value = trimmed(text);
        if (value.empty() || is_harmless_value(name, value)) return;
        const std::size_t from = begin + static_cast<std::size_t>(value.data() - text.data());
        marks_.add(from, from + value.size());
    }

    void open(const Tag& tag) {
        string_view named;  // by an attribute
        for_attributes(tag, [&](string_view name, string_view value) {
            if (gives_name(name) && speaks_of_secrets(value)) named = value;
        });
        if (!named.empty()) {
            for_attributes(tag, [&](string_view name, string_view value) {
                const auto from = static_cast<std::size_t>(value.data() - text_.data());
                if (gives_value(name)) mark(from, from + value.size(), named);
            });
        }
        if (tag.is_whole) return;
        const Content content = content_behind(tag);
        const string_view text = trimmed(text_.substr(content.begin, content.end - content.begin));
        const bool closed = content.next && content.next->closes && content.next->name == tag.name;
        if (closed && gives_name(tag.name) && is_pair(*content.next, text)) {
            pair_ = speaks_of_secrets(text) ? text : string_view();
            return;
        }
        if (!named.empty()) {
            begin_secret(tag, content, closed, named);
        } else if (!pair_.empty() && closed && !is_about_pair(tag.name)) {
            begin_secret(tag, content, closed, pair_);
            if (gives_value(tag.name)) pair_ = {};
        } else if (speaks_of_secrets(tag.name)) {
            begin_secret(tag, content, closed, tag.name);
        }
    }

    static bool is_about_pair(string_view name) {
        constexpr std::array<string_view, 5> about{"description", "comment", "type", "final", "source"};
        return among(about, name);
    }

    // Whether "<key>text</key>", whose end is `end`, names the element behind it.
    bool is_pair(const Tag& end, string_view text) const {
        if (speaks_of_secrets(text)) return true;
        const std::size_t next = text_.find_first_not_of(" \t\r\n", end.end);
        const std::optional<Tag> behind =
            next != npos && text_[next] == '<' ? tag_at(text_, next) : std::nullopt;
        return behind && !behind->closes && gives_value(behind->name);
    }

    // Elements inside are secrets too, once it is known that it ends.
    void begin_secret(const Tag& tag, const Content& content, bool closed, string_view name) {
        if (closed) {
            mark(content.begin, content.end, name);
        } else if (outer_.empty() || tag.begin > outer_begin_ + longest_element) {
            outer_ = tag.name;
            outer_name_ = name;
            outer_begin_ = tag.begin;
            inner_.clear();
        }
    }

    void close(const Tag& tag) {
        if (closed_last_) pair_ = {};
        if (outer_.empty() || tag.name != outer_) return;
        if (tag.begin <= outer_begin_ + longest_element) {
            for (const auto& [begin, end] : inner_) mark(begin, end, outer_name_);
        }
        outer_ = {};
        inner_.clear();
    }

    static constexpr std::size_t longest_element = 65536;

    string_view text_;
    SecretMarks& marks_;
    Found cdata_end_, string_end_;
    bool closed_last_ = false;
    string_view pair_;  // the name that an element gave the next one
    // An element that is a secret and has others inside.
    string_view outer_, outer_name_;
    std::size_t outer_begin_ = 0;
    std::vector<std::pair<std::size_t, std::size_t>> inner_;
};

}  // namespace

void mark_xml_secrets(string_view text, SecretMarks& marks) {
    XmlWalk(text, marks).run();
}

bool is_in_tag(string_view text, std::size_t at) {
    constexpr std::size_t longest = 512;
    const std::size_t from = at > longest ? at - longest : 0;
    const string_view before = text.substr(from, at - from);
    const std::size_t open = before.find_last_of(string_view("<>\n\0", 4));
    return open != npos && before[open] == '<' && open + 1 < before.size() &&
           begins_xml_name(before[open + 1]);
}

}  // namespace nmtx
