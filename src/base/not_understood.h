// Pasted text that a parser did not understand, so that a report can quote it: whole lines, or remarks after
// the part that was understood.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace nmtx {

struct UnreadText {
    std::size_t line = 0;   // of the text that was parsed, from 1 on
    std::string_view text;  // points into that text
    bool remark = false;    // the rest of a line whose beginning was understood
    friend bool operator==(const UnreadText&, const UnreadText&) = default;
};

class NotUnderstood {
  public:
    // How many are kept; the others are counted.
    static constexpr std::size_t most = 1000;

    void add_line(std::size_t line, std::string_view text) { add({line, text, false}); }
    // Nothing happens where `text` is empty.
    void add_remark(std::size_t line, std::string_view text) {
        if (!text.empty()) add({line, text, true});
    }
    // Adds what was found in a part of the text that begins after `lines_before` lines.
    void add_all(const NotUnderstood& part, std::size_t lines_before) {
        for (UnreadText unread : part.texts_) {
            unread.line += lines_before;
            add(unread);
        }
        left_out_ += part.left_out_;
    }

    [[nodiscard]] const std::vector<UnreadText>& texts() const { return texts_; }
    [[nodiscard]] std::size_t left_out() const { return left_out_; }
    [[nodiscard]] bool empty() const { return texts_.empty(); }

  private:
    void add(UnreadText unread) {
        if (texts_.size() < most) {
            texts_.push_back(unread);
        } else {
            ++left_out_;
        }
    }

    std::vector<UnreadText> texts_;
    std::size_t left_out_ = 0;
};

// `expected WHAT, found "LINE"`, with the line shortened to fit a message.
std::string mismatch(std::string_view expected, std::string_view line);

// "document:3: expected WHAT, found …" for a text where nothing was understood, with its first unread line.
tl::unexpected<Error> nothing_understood(std::string_view document, std::string_view expected,
                                         const NotUnderstood& unread);

}  // namespace nmtx
