// Other output of the JVM, in a paste: each with the parser for the JVM's own answer.
#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/identity.h"
#include "hotspot/option_sizes.h"
#include "hotspot/replies.h"
#include "pasted/kinds/option_lines.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

void add_metaspace(PastedPart& part, const std::optional<MetaspaceUse>& use, const std::string& name) {
    if (!use) return;
    add(part, name + " used", use->used);
    add(part, name + " committed", use->committed);
}

}  // namespace

void read_system_map(PastedPart& part) {
    auto parsed = parse_pasted_system_map(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    part.figures.push_back(number("mappings", parsed->map.rows.size()));
    Bytes resident;
    for (const SystemMapRow& row : parsed->map.rows) resident += row.rss;
    part.figures.push_back(amount("RSS", parsed->map.rss.value_or(resident)));
    part.contents = std::move(parsed->map);
}

void read_heap_info(PastedPart& part) {
    const auto* info = taken(part, parse_heap_info(*part.text));
    if (info == nullptr) return;
    for (const HeapSpace& space : info->spaces) {
        if (space.total) part.figures.push_back(amount(space.name, *space.total));
        if (space.used) part.figures.push_back(amount(space.name + " used", *space.used));
    }
    add_metaspace(part, info->metaspace, "metaspace");
    add_metaspace(part, info->class_space, "class space");
}

void read_codecache(PastedPart& part) {
    const auto* heaps = taken(part, parse_codecache(*part.text));
    if (heaps == nullptr) return;
    Bytes size, used;
    for (const CodeHeap& heap : *heaps) {
        size += heap.size.value_or(Bytes());
        used += heap.used.value_or(Bytes());
    }
    part.figures.push_back(number("code heaps", heaps->size()));
    part.figures.push_back(amount("size", size));
    part.figures.push_back(amount("used", used));
}

void read_metaspace(PastedPart& part) {
    const auto* report = taken(part, parse_metaspace(*part.text));
    if (report == nullptr) return;
    add_metaspace(part, report->non_class, "non-class");
    add_metaspace(part, report->class_space, "class space");
}

void read_vm_version(PastedPart& part) {
    // "java -version" says it in other words than VM.version.
    if (part.text->find(" VM version ") == std::string::npos) {
        Lines lines(*part.text);
        lines.next();
        part.figures.push_back(words("version", std::string(trim(lines.line()))));
        const std::size_t quote = lines.line().find('"');
        if (quote == std::string_view::npos) return;
        JavaVersion version;
        const std::string_view rest = lines.line().substr(quote + 1);
        version.version = rest.substr(0, rest.find('"'));
        const auto feature = java_feature(version.version);
        if (!feature) return;
        version.feature = *feature;
        version.jdk = version.version;
        part.contents = std::move(version);
        return;
    }
    const auto* version = taken(part, parse_vm_version(*part.text));
    if (version != nullptr)
        part.figures.push_back(words("version", version->jdk.empty() ? version->version : version->jdk));
}

namespace {

// "MaxHeapSize 8.0 GiB": what the options say of memory.
void add_sizes(PastedPart& part, const OptionSizes& sizes) {
    for (const auto& [flag, size] : sizes.sizes) part.figures.push_back(amount(std::string(flag), size));
    for (const auto& [flag, value] : sizes.percentages)
        part.figures.push_back(words(std::string(flag), value));
}

void keep_options(PastedPart& part, std::string options) {
    const JvmOptions read = read_jvm_options(split_joined_options(options));
    if (read.gc) part.figures.push_back(words("GC", collector_name(*read.gc)));
    if (read.nmt_given) part.figures.push_back(words("NMT", std::string(name_of(read.nmt_level))));
    part.contents = JvmCommandLine{std::move(options)};
}

// The options of all lines, joined by blanks; a line that a "\\" continues has no variable's name before it.
std::string joined_options(std::string_view text) {
    std::string joined;
    bool continued = false;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        std::string_view options = options_of_line(line);
        if (options.empty() && (continued || line.starts_with("-X"))) options = line;
        continued = line.ends_with('\\');
        const std::string plain = plain_words(options);
        // "-XX:+UseG1GC # the default"
        const std::size_t remark = std::min(plain.find(" # "), plain.find(" // "));
        joined += plain.substr(0, remark);
        joined += ' ';
    }
    return joined;
}

}  // namespace

void read_vm_flags(PastedPart& part) {
    const std::string options = joined_options(*part.text);
    const OptionSizes sizes = read_option_sizes(split_joined_options(options));
    const auto flags = parse_vm_flags(*part.text);
    if (!flags && sizes.options == 0) {
        part.problem = problem_of(part, flags.error());
        return;
    }
    const std::size_t listed = flags ? flags->flags.size() : 0;
    part.figures.push_back(number("flags", std::max(listed, sizes.options)));
    add_sizes(part, sizes);
    for (const char* name : {"MaxHeapSize", "MaxMetaspaceSize"}) {
        if (!sizes.find(name) && flags) add(part, name, flags->size(name));
    }
    if (sizes.options > 0) keep_options(part, options);
}

void read_vm_arguments(PastedPart& part) {
    auto line = parse_vm_command_line(*part.text);
    if (!line) {
        part.problem = problem_of(part, line.error());
        return;
    }
    if (!line->java_command.empty()) part.figures.push_back(words("main", line->java_command));
    add_sizes(part, read_option_sizes(split_joined_options(line->jvm_arguments)));
    keep_options(part, std::move(line->jvm_arguments));
}

void read_java_command(PastedPart& part) {
    std::string text;
    for (Lines lines(*part.text); lines.next();) {
        std::string_view line = trim(lines.line());
        if (text.empty()) line = java_command_of_line(line);
        text += plain_words(line) + ' ';
    }
    std::vector<std::string_view> words_of_command;
    Cursor cursor(text);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks())
        words_of_command.push_back(cursor.word());
    const JavaCommandLine line = read_java_arguments(words_of_command);
    if (!line.main.empty()) part.figures.push_back(words("main", std::string(line.main)));
    add_sizes(part, read_option_sizes(line.options));
    std::string options;
    for (const std::string_view option : line.options)
        options += (options.empty() ? "" : " ") + std::string(option);
    keep_options(part, std::move(options));
}

void read_answer(PastedPart& part) {
    const std::string_view text = trim(std::string_view(*part.text).substr(0, part.text->find('\n')));
    if (text == "0" || text == "-1") {
        part.title = "return code";
        return;
    }
    part.figures.push_back(words("answer", std::string(text)));
    if (text.find("is not enabled") != std::string_view::npos) part.contents = NmtRefusal{std::string(text)};
}

void read_javacore(PastedPart& part) {
    part.notes.emplace_back(
        "OpenJ9 has no Native Memory Tracking, and this text is not read. Its own view of "
        "memory is the section NATIVEMEMINFO.");
}

void read_archive(PastedPart& part) {
    part.notes.emplace_back("a capture holds a whole report: nmtx report FILE");
}

}  // namespace nmtx::pasted
