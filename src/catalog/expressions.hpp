// Stored expressions (defaults, checks, predicates, policies) as SQL text, without opening the table they
// belong to.
//
// pg_get_expr() opens the relation, which takes a lock that may have to wait and builds a relation descriptor
// that nobody else needs. All it wants to know is the names of the columns, and those a reading has already.
// The same default or check stands in thousands of tables, so each is deparsed once: the key is the stored
// tree, without the places in the text of the command it came from, and the names that it refers to.
#pragma once

#include <deque>
#include <span>

#include "catalog/normalise.hpp"
#include "core/texts.hpp"
#include "pg/server.hpp"

namespace schemaver::catalog {

class Reading;

// One expression or one element of a list of expressions. The texts are the reading's.
struct Deparsed {
    std::string_view sql;   // as the server writes it, UTF-8
    std::string_view json;  // canonical: {"sql": ...}, or {"normal": ...} where the portable form is wanted
};

class Expressions {
  public:
    Expressions(Reading& reading, bool portable) : reading_(reading), portable_(portable) {}

    // `tree`: a pg_node_tree. `relation`: whose columns it refers to; InvalidOid: none.
    const Deparsed& expression(Datum tree, Oid relation);
    // The same where `tree` is a list, such as an index's expressions.
    std::span<const Deparsed> list(Datum tree, Oid relation);
    // A trigger's condition, which refers to OLD and NEW.
    const Deparsed& trigger_condition(Datum tree, Oid relation);
    // What stands in a definition for `sql`.
    std::string json(const std::string& sql);

  private:
    struct Stored;
    // An expression around the name of one relation, such as nextval('public.people_id_seq'::regclass): the
    // text before and after the name.
    struct Frame {
        std::string_view sql_before, sql_after;
        std::string_view json_before, json_after;
    };
    void put_key(Stored& stored);
    // Empty: it names none, or more than that one. Puts the frame's key into stored.frame.
    std::string_view named_relation(Stored& stored);
    const Deparsed* framed(const Stored& stored, std::string_view name);
    void remember_frame(const Stored& stored, std::string_view name, const Deparsed& deparsed);
    std::span<const Deparsed> deparsed(Datum tree, Oid relation, bool is_list, bool is_trigger);
    std::span<const Deparsed> known_or_deparsed(Stored& stored);
    std::vector<Deparsed> deparse(const Stored& stored);

    Reading& reading_;
    bool portable_;
    Normaliser normaliser_;
    std::unordered_map<std::string, std::vector<Deparsed>> known_;
    std::unordered_map<std::string, std::optional<Frame>> frames_;
    std::deque<Deparsed> framed_;
    core::Texts texts_;
    // Of the expression at hand; they keep their memory for the next.
    std::string key_, frame_, text_;
    std::vector<int> columns_;
};

}  // namespace schemaver::catalog
