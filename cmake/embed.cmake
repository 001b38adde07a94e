# cmake -DNAME=html_style -DFILES="a.css;b.css" -DOUTPUT=html_style.cc -P embed.cmake
# Writes a source that holds the files, one behind the other, and the base64 of their SHA-256, as a Content-Security-Policy names an inline
# script or style by it.
function(base64_of hex out)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(LENGTH "${hex}" digits)
  set(text "")
  set(at 0)
  while(at LESS digits)
    string(SUBSTRING "${hex}000000" ${at} 6 group)
    foreach(shift 18 12 6 0)
      math(EXPR place "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${place} 1 letter)
      string(APPEND text ${letter})
    endforeach()
    math(EXPR at "${at} + 6")
  endwhile()
  # Of the last group as many letters hold digits as there are digits in it, and one more for what is left over.
  math(EXPR over "${digits} % 6")
  string(LENGTH "${text}" letters)
  if(over EQUAL 2)
    math(EXPR keep "${letters} - 2")
    string(SUBSTRING "${text}" 0 ${keep} text)
    string(APPEND text "==")
  elseif(over EQUAL 4)
    math(EXPR keep "${letters} - 1")
    string(SUBSTRING "${text}" 0 ${keep} text)
    string(APPEND text "=")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(joined "${OUTPUT}.txt")
file(WRITE "${joined}" "")
foreach(part ${FILES})
  file(READ "${part}" content)
  file(APPEND "${joined}" "${content}")
endforeach()
file(READ "${joined}" content)
string(TOLOWER "${content}" lower)
foreach(ending "</script" "</style" "<!--")
  string(FIND "${lower}" "${ending}" found)
  if(NOT found EQUAL -1)
    message(FATAL_ERROR "${FILES}: \"${ending}\" would end the element of the page that holds it")
  endif()
endforeach()

file(SHA256 "${joined}" digest)
base64_of(${digest} hash)
file(READ "${joined}" hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x..,){32})" "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}" "// Made by cmake/embed.cmake.
#include \"report/ticket/html/html_assets.h\"

namespace nmtx {
namespace {
constexpr unsigned char ${NAME}_bytes[] = {
${bytes}
};
}  // namespace

HtmlAsset ${NAME}() {
    return {{reinterpret_cast<const char*>(${NAME}_bytes), sizeof ${NAME}_bytes}, \"${hash}\"};
}

}  // namespace nmtx
")
