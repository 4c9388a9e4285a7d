package dev.turnpike.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// a byte that never comes would otherwise hang the build
@Timeout(30)
final class TcpProxyTest {

    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void startEcho() throws IOException {
        echo = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread server = new Thread(this::serve, "echo");
        server.setDaemon(true);
        server.start();
        proxy = TcpProxy.start(echo.getLocalPort());
    }

    @AfterEach
    void stopEcho() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void shouldPassEverythingBothWays() throws IOException {
        byte[] sent = new byte[100_000];
        new Random(1).nextBytes(sent);

        try (Socket client = connect()) {
            client.getOutputStream().write(sent);
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void shouldBreakOldAndNewConnectionsWhenCut() throws IOException {
        try (Socket client = connect()) {
            // given
            assertThat(answer(client, 7)).isEqualTo(7);

            // when
            proxy.cut();

            // then
            assertThatThrownBy(() -> mustAnswer(client, 8)).isInstanceOf(IOException.class);
            try (Socket late = connect()) {
                assertThatThrownBy(() -> mustAnswer(late, 9)).isInstanceOf(IOException.class);
            }
        }

        // when
        proxy.heal();

        // then
        try (Socket again = connect()) {
            assertThat(answer(again, 10)).isEqualTo(10);
        }
    }

    @Test
    void shouldHoldBytesUntilHealed() throws IOException {
        try (Socket client = connect()) {
            // given
            assertThat(answer(client, 7)).isEqualTo(7);
            proxy.slow(0, Duration.ZERO);
            client.getOutputStream().write(8);

            // when: a moment of patience, so that a proxy that does not hold is caught
            client.setSoTimeout(200);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            client.setSoTimeout(0);
            proxy.heal();

            // then
            assertThat(client.getInputStream().read()).isEqualTo(8);
        }
    }

    @Test
    void shouldPassEverythingWhenSlow() throws IOException {
        proxy.slow(10_000_000, Duration.ofMillis(1));
        byte[] sent = new byte[100_000];
        new Random(2).nextBytes(sent);

        try (Socket client = connect()) {
            client.getOutputStream().write(sent);
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void shouldEndTheConnectionWhenNobodyListensBehind() throws IOException {
        int unserved = Ports.free(1).get(0);

        try (TcpProxy lonely = TcpProxy.start(unserved);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), lonely.port())) {
            assertThatThrownBy(() -> mustAnswer(client, 1)).isInstanceOf(IOException.class);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    }

    private static int answer(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        return client.getInputStream().read();
    }

    private static void mustAnswer(Socket client, int value) throws IOException {
        if (answer(client, value) < 0) {
            throw new IOException("the connection has ended");
        }
    }

    private void serve() {
        while (!echo.isClosed()) {
            try (Socket client = echo.accept()) {
                client.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException e) {
                // this client is gone; the next one may come
            }
        }
    }
}
