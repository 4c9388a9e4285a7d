package dev.turnpike.bench;

import java.time.Duration;

/** What a user would build to keep budgets: a server that checks and adds in one step, over connections. */
interface Rival extends AutoCloseable {

    /** Limits of the teams from 0 on, of which none has spent anything. */
    void open(int teams, long limit);

    /**
     * What answers from now on wait for.
     *
     * @param value of the server's own setting
     */
    void sync(String value);

    Caller caller();

    /** What all teams together have spent. */
    long spent();

    /** What the server's processes have used; those of connections that are closed are left out. */
    Duration cpu();

    /** Version, and what decides how durable an answer is. */
    String settings();

    @Override
    void close();

    /** One connection, for one thread. */
    interface Caller extends AutoCloseable {

        /**
         * Asks for one of each of the first teams, and waits for the answers.
         *
         * @return how many were within their limit
         */
        int admit(int[] teams, int count);

        @Override
        void close();
    }
}
