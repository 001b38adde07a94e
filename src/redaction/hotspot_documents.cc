// Redacts the JVM's answers: the lines with names.
#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/hsperfdata.h"
#include "redaction/arguments.h"
#include "redaction/documents.h"
#include "redaction/words.h"

namespace nmtx {
namespace {

// A function that NMT names as the place of an allocation, "[0x00007f41e07c85d2] os::malloc(…)+0x1b2": those
// of the JVM stay. Java's own natives and the JVM's C interface are recognised by their prefixes, its C++ by
// "::".
bool is_jvm_function(std::string_view function) {
    constexpr std::array begins{std::string_view("JVM_"),
                                std::string_view("JNI_"),
                                std::string_view("jni_"),
                                std::string_view("jmm_"),
                                std::string_view("jvmti_"),
                                std::string_view("Unsafe_"),
                                std::string_view("MHN_"),
                                std::string_view("JLI_"),
                                std::string_view("Java_java_"),
                                std::string_view("Java_sun_"),
                                std::string_view("Java_jdk_"),
                                std::string_view("JavaMain"),
                                std::string_view("thread_native_entry"),
                                std::string_view("java_start"),
                                std::string_view("start_thread")};
    return function.find("::") != std::string_view::npos ||
           std::any_of(begins.begin(), begins.end(),
                       [&](std::string_view b) { return function.starts_with(b); });
}

std::string redact_site(std::string_view line, NameRedactor& names) {
    const std::size_t close = std::min(line.find(']'), line.size());
    const std::size_t at = line.find_first_not_of("] ", close);
    if (at == std::string_view::npos || is_jvm_function(line.substr(at))) return std::string(line);
    return std::string(line.substr(0, at)) + names.redact(line.substr(at), Numbers::kept);
}

// The strings of hsperfdata that are the JVM's own.
bool is_jvm_counter(std::string_view name) {
    constexpr std::array begins{std::string_view("sun.gc."),
                                std::string_view("java.property.java.vm."),
                                std::string_view("java.property.java.version"),
                                std::string_view("java.property.jdk.debug"),
                                std::string_view("sun.rt.jvm"),
                                std::string_view("sun.rt.internalVersion"),
                                std::string_view("sun.management.")};
    return std::any_of(begins.begin(), begins.end(), [&](std::string_view b) { return name.starts_with(b); });
}

std::string redact_counter(std::string_view name, std::string_view value, NameRedactor& names) {
    if (is_jvm_counter(name)) return std::string(value);
    if (name == "java.rt.vmArgs" || name == "java.rt.vmFlags") return redact_joined_options(names, value);
    return names.redact(value);
}

// "com.acme.Foo.bar(Foo.java:12)", "java.base@17.0.15/java.lang.Thread.run(…)": a class of the JDK stays.
std::string redact_class(std::string_view name, NameRedactor& names) {
    std::string_view qualified = name;
    const std::size_t slash = name.find('/');
    const bool module = slash != std::string_view::npos && slash < name.find('(');
    if (module) qualified.remove_prefix(slash + 1);
    return is_jdk_name(qualified) && (!module || is_jdk_name(name)) ? std::string(name)
                                                                    : names.redact(name, Numbers::kept);
}

// How the lines of a report of NMT begin; between and before them a file may hold anything.
bool is_nmt_line(std::string_view line) {
    constexpr std::array begins{std::string_view("("),
                                std::string_view("["),
                                std::string_view("-"),
                                std::string_view("Total:"),
                                std::string_view("malloc"),
                                std::string_view("mmap"),
                                std::string_view("Native "),
                                std::string_view("Details"),
                                std::string_view("Virtual memory map"),
                                std::string_view("Memory file details"),
                                std::string_view("=")};
    const std::string_view text = trim(line);
    return text.empty() ||
           std::any_of(begins.begin(), begins.end(), [&](std::string_view b) { return text.starts_with(b); });
}

}  // namespace

std::string redact_nmt(std::string_view text, NameRedactor& names) {
    std::string out;
    out.reserve(text.size());
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::size_t begin = line.find_first_not_of(' ');
        const bool site = begin != std::string_view::npos && line.substr(begin).starts_with("[0x") &&
                          line.find(" - 0x") == std::string_view::npos;
        out += site                ? redact_site(line, names)
               : is_nmt_line(line) ? std::string(line)
                                   : names.redact(line, Numbers::kept);
        out += '\n';
    }
    return out;
}

// From the column of tags on: those of stacks bear a thread's name, and behind them stands the file.
std::string redact_system_map(std::string_view text, NameRedactor& names) {
    std::string out;
    out.reserve(text.size());
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        if (!line.starts_with("0x")) {
            out += line;
            out += '\n';
            continue;
        }
        Cursor cursor(line);
        for (int column = 0; column < 7; ++column) {
            cursor.skip_blanks();
            cursor.word();
        }
        cursor.skip_blanks();
        const std::size_t tags_at = line.size() - cursor.rest().size();
        std::string_view tags = cursor.word();
        const std::size_t tags_end = tags_at + tags.size();
        out += line.substr(0, tags_at);
        while (!tags.empty()) {
            const std::size_t end = std::min(tags.find(','), tags.size());
            const std::string_view tag = tags.substr(0, end);
            out += tag.starts_with("STACK-") ? "STACK" + names.redact(tag.substr(5), Numbers::kept)
                                             : std::string(tag);
            if (end < tags.size()) out += ',';
            tags.remove_prefix(std::min(end + 1, tags.size()));
        }
        cursor.skip_blanks();
        const std::string_view file = cursor.rest();
        out += line.substr(tags_end, line.size() - file.size() - tags_end);
        out += redact_mapping_name(trim(file), names);
        out += '\n';
    }
    return out;
}

std::string redact_thread_dump(std::string_view text, NameRedactor& names) {
    std::string out;
    out.reserve(text.size());
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::size_t quote = line.rfind('"');
        constexpr std::string_view frame = "\tat ";
        const std::size_t object = line.find("(a ");
        if (quote != std::string_view::npos) {
            // What stands behind a name's last quote is the JVM's.
            out += redact_thread_name(line.substr(0, quote), names);
            out += line.substr(quote);
        } else if (line.starts_with(frame)) {
            out += frame;
            out += redact_class(line.substr(frame.size()), names);
        } else if (line.starts_with("\t- ") && object != std::string_view::npos) {
            out += line.substr(0, object + 3);
            out += redact_class(line.substr(object + 3), names);
        } else if (line.starts_with("   java.lang.Thread.State: ") || line.starts_with("Full thread dump ")) {
            out += line;
        } else {
            out += names.redact(line, Numbers::kept);
        }
        out += '\n';
    }
    return out;
}

// "jvm_args: …", "java_command: …", "java_class_path (initial): …"
std::string redact_command_line_reply(std::string_view text, NameRedactor& names) {
    std::string out;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        constexpr std::string_view options = "jvm_args: ";
        const std::size_t colon = std::min(line.find(':'), line.size());
        if (line.starts_with(options)) {
            out += options;
            out += redact_joined_options(names, line.substr(options.size()));
        } else if (line.starts_with("java_") || line.starts_with("VM Arguments") ||
                   line.starts_with("Launcher Type")) {
            out += line.substr(0, colon);
            out += names.redact(line.substr(colon));
        } else {
            out += names.redact(line);
        }
        out += '\n';
    }
    return out;
}

std::optional<std::string> redact_hsperfdata(std::string_view bytes, NameRedactor& names) {
    auto rewritten = rewrite_hsperfdata(bytes, [&](std::string_view name, std::string_view value) {
        return redact_counter(name, value, names);
    });
    return rewritten ? std::optional(std::move(*rewritten)) : std::nullopt;
}

}  // namespace nmtx
