// What people write, and what they may mean by it.
#include "core/names.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

TEST(Names, AsTheServerWouldWriteThem) {
    struct Case {
        const char* written;
        const char* identity;
    };
    for (const Case& one : std::initializer_list<Case>{{"people", "people"},
                                                       {"Public.People", "public.people"},
                                                       {" public.people ", "public.people"},
                                                       {"public.\"people\"", "public.people"},
                                                       {"\"Odd Name\".t", "\"Odd Name\".t"},
                                                       {"\"a\"\"b\".T", "\"a\"\"b\".t"},
                                                       {"order", "\"order\""},
                                                       {"App.Double(integer)", "app.double(integer)"},
                                                       {"app.double (integer)", "app.double(integer)"},
                                                       {"Stamp on public.people", "stamp on public.people"},
                                                       {"(integer AS text)", "(integer AS text)"},
                                                       {"", ""}}) {
        EXPECT_EQ(as_identity(one.written), one.identity) << one.written;
    }
}

TEST(Names, BareAndUnqualified) {
    EXPECT_EQ(bare_name("public.people"), "people");
    EXPECT_EQ(bare_name("public.double(integer)"), "double");
    EXPECT_EQ(bare_name("stamp on public.people"), "stamp");
    EXPECT_EQ(bare_name("public.\"Odd.name\""), "\"Odd.name\"");
    EXPECT_EQ(bare_name("(integer AS text)"), "");
    EXPECT_TRUE(is_unqualified("people"));
    EXPECT_TRUE(is_unqualified("\"a.b\""));
    EXPECT_FALSE(is_unqualified("public.people"));
    EXPECT_FALSE(is_unqualified("(integer AS text)"));
}

TEST(Names, WhatTheyMayMean) {
    struct Case {
        const char* written;
        const char* identity;
        bool may;
    };
    for (const Case& one :
         std::initializer_list<Case>{{"people", "public.people", true},
                                     {"People", "public.people", true},
                                     {"\"People\"", "public.people", false},
                                     {"\"People\"", "public.\"People\"", true},
                                     {"app.people", "public.people", false},
                                     {"public.people", "people", false},
                                     {"people", "public.people_pkey", false},
                                     {"double", "app.double(integer)", true},
                                     {"app.double", "app.double(integer)", true},
                                     {"double(integer)", "app.double(integer)", true},
                                     {"double(text)", "app.double(integer)", false},
                                     {"stamp", "stamp on public.people", true},
                                     {"stamp on people", "stamp on public.people", true},
                                     {"stamp on public.people", "stamp on public.people", true},
                                     {"stamp on pets", "stamp on public.people", false},
                                     {"(integer AS text)", "(integer AS text)", true},
                                     {"(integer AS text)", "(integer AS date)", false},
                                     {"", "public.people", false},
                                     {"", "(integer AS text)", false}}) {
        EXPECT_EQ(may_mean(one.written, one.identity), one.may) << one.written << " / " << one.identity;
    }
}

}  // namespace
}  // namespace schemaver::core
