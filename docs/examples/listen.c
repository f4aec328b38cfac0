/* Prints each drift as it is told. cc listen.c -I$(pg_config --includedir) -lpq -o listen; ./listen 'dbname=app' */
#include <libpq-fe.h>
#include <stdio.h>
#include <sys/select.h>

int main(int argc, char **argv)
{
	PGconn *connection = PQconnectdb(argc > 1 ? argv[1] : "");
	if (PQresultStatus(PQexec(connection, "LISTEN schemaver")) != PGRES_COMMAND_OK)
		return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
	for (fd_set set;;)
	{
		FD_ZERO(&set);
		FD_SET(PQsocket(connection), &set);
		select(PQsocket(connection) + 1, &set, NULL, NULL, NULL);
		if (!PQconsumeInput(connection))
			return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
		for (PGnotify *news; (news = PQnotifies(connection)) != NULL; PQfreemem(news))
			puts(news->extra), fflush(stdout);
	}
}
