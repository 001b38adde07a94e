// Secrets in XML, named by elements or attributes.
#pragma once

#include <cstddef>
#include <string_view>

#include "evidence/secrets/secret_marks.h"

namespace nmtx {

//   <password>SECRET</password>, <password><value>SECRET</value></password>
//   <entry key="db.password">SECRET</entry>, <property name="db.password" value="SECRET"/>
//   <name>db.password</name><value>SECRET</value>
// secret_walk.h handles "password=…" in a tag. Linear in the size of the text.
void mark_xml_secrets(std::string_view text, SecretMarks& marks);

// Whether "key" or "name" at `at` is an attribute of a tag: then it names another value.
bool is_in_tag(std::string_view text, std::size_t at);

}  // namespace nmtx
