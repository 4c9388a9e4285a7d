package dev.turnpike.gateway.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a client goes away while it waits.
 *
 * <p>A server learns that a connection is closed by reading from it, and while a call waits nobody reads: it would be noticed
 * when the answer is written, minutes later. So this reads, until the reply is to be completed. A client that sends its
 * next call before the answer to this one has begun loses that next call, and its connection ends with this one, as HTTP allows
 * (RFC 9112, 9.3.2); none of OpenAI's clients does so.
 */
final class Departure implements Callback {

    private final EndPoint connection;
    private final Runnable gone;
    private boolean isOver;
    private boolean hasTakenBytes;

    private Departure(EndPoint connection, Runnable gone) {
        this.connection = connection;
        this.gone = gone;
    }

    /**
     * Begins to watch; the body of the request must have been read.
     *
     * @param gone runs at most once, on a thread of the server
     */
    static Departure watch(HttpServletRequest request, Runnable gone) {
        EndPoint connection = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        Departure departure = new Departure(connection, gone);
        connection.tryFillInterested(departure);
        return departure;
    }

    /** Whether a part of a next call was read, so that the connection is of no use after this one. */
    synchronized boolean hasTakenBytes() {
        return hasTakenBytes;
    }

    /** Gives the connection back to the server. */
    void end() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
        }
        if (connection instanceof AbstractEndPoint endPoint) {
            endPoint.getFillInterest().onFail(new IOException("no longer of interest"));
        }
    }

    /** Ends the connection: nothing more of the reply can be of use. */
    void close() {
        end();
        connection.close();
    }

    @Override
    public void succeeded() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            int count;
            try {
                count = connection.fill(BufferUtil.allocate(1));
            } catch (IOException e) {
                count = -1;
            }
            if (count == 0) {
                connection.tryFillInterested(this);
                return;
            }
            isOver = true;
            if (count > 0) {
                hasTakenBytes = true;
                return;
            }
        }
        gone.run();
    }

    @Override
    public void failed(Throwable failure) {
        synchronized (this) {
            if (isOver) {
                return;
            }
            if (failure instanceof TimeoutException) {
                // the connection was idle, as it should be
                connection.tryFillInterested(this);
                return;
            }
            isOver = true;
        }
        gone.run();
    }
}
