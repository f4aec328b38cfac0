// Stored expressions (defaults, checks, predicates, policies) as SQL text, without opening the table they
// belong to.
//
// pg_get_expr() opens the relation, which takes a lock that may have to wait and builds a relation descriptor
// that nobody else needs. All it wants to know is the names of the columns, and those a reading has already.
// The same default or check stands in thousands of tables, so each is deparsed once: the key is the stored
// tree, without the places in the text of the command it came from, and the names that it refers to.
#pragma once

#include <deque>

#include "catalog/normalise.hpp"
#include "pg/server.hpp"

namespace schemaver::catalog {

class Reading;

// One expression or the elements of one list of expressions.
struct Deparsed {
    std::string sql;  // as the server writes it, UTF-8
    std::string
        json;  // {"sql": ...}, or {"normal": ...} in a reading that wants the portable form; canonical
};

class Expressions {
  public:
    Expressions(Reading& reading, bool portable) : reading_(reading), portable_(portable) {}

    // `tree`: a pg_node_tree. `relation`: whose columns it refers to; InvalidOid: none.
    const Deparsed& expression(Datum tree, Oid relation);
    // The same where `tree` is a list, such as an index's expressions.
    const std::vector<Deparsed>& list(Datum tree, Oid relation);
    // A trigger's condition, which refers to OLD and NEW.
    const Deparsed& trigger_condition(Datum tree, Oid relation);
    // What stands in a definition for `sql`.
    std::string json(const std::string& sql);

  private:
    struct Stored;
    // An expression around the name of one relation, such as nextval('public.people_id_seq'::regclass): the
    // text before and after the name.
    struct Frame {
        std::string sql_before, sql_after;
        std::string json_before, json_after;
    };
    const std::string* named_relation(Stored& stored) const;
    const std::vector<Deparsed>* framed(const Stored& stored, const std::string& name);
    void remember_frame(const Stored& stored, const std::string& name, const Deparsed& deparsed);
    const std::vector<Deparsed>& deparsed(Datum tree, Oid relation, bool is_list, bool is_trigger);
    std::vector<Deparsed> deparse(const Stored& stored);

    Reading& reading_;
    bool portable_;
    Normaliser normaliser_;
    std::unordered_map<std::string, std::vector<Deparsed>> known_;
    std::unordered_map<std::string, std::optional<Frame>> frames_;
    std::deque<std::vector<Deparsed>> framed_;
};

}  // namespace schemaver::catalog
