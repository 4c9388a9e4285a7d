/** Debezium's JDBC sink, made to wait for its database. */
@NullMarked
package dev.turnpike.sink.jdbc;

import org.jspecify.annotations.NullMarked;
