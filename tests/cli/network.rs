//! How the program gets to a service that it reaches over TLS: through proxies, with authorities of one's own, and what it
//! says of a certificate that it does not trust. The service is the emulator behind a TLS server; the certificates are made
//! for the test and thrown away.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::proxy::message;
use super::rig::Said;
use super::{Rig, rig};

/// The name that the service's certificate is for; nobody can look it up.
const HOST: &str = "cloudkit.invalid";

/// The service over TLS, and the authority that has issued its certificate.
struct Encrypted {
    rig: Rig,
    address: String,
}

/// What a proxy was asked for, one line a connection.
type Asked = Arc<Mutex<Vec<String>>>;

impl Encrypted {
    /// With a certificate that holds from this year to that one.
    fn valid(from: i32, to: i32) -> Self {
        let rig = Rig::new();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        rig.write("company.pem", &authority.pem());
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![HOST.to_owned(), "127.0.0.1".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let certificate = params.signed_by(&key, &authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let service = rig.emulator.endpoint().trim_start_matches("http://").to_owned();
        let config = Arc::new(config);
        let address = serve(move |client| {
            let config = Arc::clone(&config);
            decrypt(client, config, &service);
        });
        Encrypted { rig, address }
    }

    /// `skydeck diff` of the service by its name, with these variables.
    fn diff(&self, variables: &[(&str, &str)]) -> Said {
        self.diff_of(&format!("https://{HOST}"), variables)
    }

    fn diff_of(&self, endpoint: &str, variables: &[(&str, &str)]) -> Said {
        let mut command = self.rig.command(&["diff", "--endpoint", endpoint]);
        command.envs(variables.iter().copied());
        command.output().unwrap().into()
    }

    /// A proxy that leads to the service, whatever name it is asked for.
    fn proxy(&self) -> (String, Asked) {
        let asked = Asked::default();
        let (log, service) = (Arc::clone(&asked), self.address.clone());
        let address = serve(move |client| {
            tunnel(client, &service, &log);
        });
        (format!("http://{address}"), asked)
    }

    fn trust_the_company(&self) {
        self.rig.configure("\n[network]\nca_file = \"company.pem\"\n");
    }
}

/// Answers each connection in a thread of its own.
fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || answer(client));
        }
    });
    address
}

/// Takes the encryption off, passes requests on one after the other, and the answers back.
fn decrypt(client: TcpStream, config: Arc<ServerConfig>, service: &str) -> Option<()> {
    let connection = ServerConnection::new(config).ok()?;
    let mut client = BufReader::new(StreamOwned::new(connection, client));
    loop {
        let (head, body) = message(&mut client)?;
        let mut server = TcpStream::connect(service).ok()?;
        server.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        server.write_all(&body).ok()?;
        let (head, body) = message(&mut BufReader::new(&server))?;
        let client = client.get_mut();
        client.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        client.write_all(&body).ok()?;
        client.flush().ok()?;
    }
}

/// Answers CONNECT, and passes everything on from then on.
fn tunnel(client: TcpStream, service: &str, asked: &Asked) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut byte = [0];
        reader.read_exact(&mut byte).ok()?;
        head.push(char::from(byte[0]));
    }
    asked.lock().unwrap().push(head.lines().next()?.to_owned());
    let server = TcpStream::connect(service).ok()?;
    let (mut to_client, mut from_server) = (client, server.try_clone().ok()?);
    to_client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    let back = thread::spawn(move || io::copy(&mut from_server, &mut to_client));
    let _ = io::copy(&mut reader, &mut &server);
    let _ = server.shutdown(std::net::Shutdown::Write);
    let _ = back.join();
    Some(())
}

#[track_caller]
fn assert_compared(said: &Said) {
    let out = said.data(2);
    assert!(
        out.contains("Stadiums: 2 unchanged, 1 new, 1 updated, 1 deleted"),
        "{said:?}"
    );
}

#[test]
fn a_proxy_is_used_where_a_variable_names_one_and_its_authority_is_trusted_where_it_is_given() {
    let service = Encrypted::valid(2020, 2120);
    let (proxy, asked) = service.proxy();
    let path = service.rig.path("company.pem");
    let company = path.to_str().unwrap();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        assert_compared(&service.diff(&[(variable, &proxy), ("SSL_CERT_FILE", company)]));
        let mut lines = std::mem::take(&mut *asked.lock().unwrap());
        lines.dedup();
        assert_eq!(lines, [format!("CONNECT {HOST}:443 HTTP/1.1")], "{variable}");
    }
    // Relative to the configuration.
    service.trust_the_company();
    assert_compared(&service.diff(&[("HTTPS_PROXY", &proxy)]));
}

#[test]
fn what_no_proxy_names_is_asked_directly_and_so_is_this_machine() {
    let service = Encrypted::valid(2020, 2120);
    service.trust_the_company();
    let (proxy, asked) = service.proxy();
    // Nobody can look the name up: without the proxy there is no way.
    let said = service.diff(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", HOST)]);
    assert_eq!(said.code, 6, "{said:?}");
    assert!(
        said.err.contains("cannot reach") && said.err.contains(HOST),
        "{said:?}"
    );
    let all = [
        ("HTTPS_PROXY", &*proxy),
        ("HTTP_PROXY", &proxy),
        ("ALL_PROXY", &proxy),
    ];
    assert_compared(&service.diff_of(&format!("https://{}", service.address), &all));
    assert_compared(&service.diff_of(&service.rig.emulator.endpoint(), &all));
    assert_eq!(*asked.lock().unwrap(), Vec::<String>::new());
}

/// Once: a certificate does not become better by asking again.
#[test]
fn a_certificate_that_is_not_trusted_is_named_with_what_to_do_and_nothing_is_sent() {
    let untrusted = Encrypted::valid(2020, 2120);
    let expired = Encrypted::valid(2020, 2021);
    expired.trust_the_company();
    let early = Encrypted::valid(2100, 2120);
    early.trust_the_company();
    let other = Encrypted::valid(2020, 2120);
    other.trust_the_company();
    for (service, host, why) in [
        (
            &untrusted,
            HOST,
            "it was not issued by a trusted certificate authority",
        ),
        (&expired, HOST, "expired"),
        (&early, HOST, "not valid yet"),
        (&other, "another.invalid", HOST),
    ] {
        let (proxy, asked) = service.proxy();
        let said = service.diff_of(&format!("https://{host}"), &[("HTTPS_PROXY", &proxy)]);
        assert_eq!(said.code, 6, "{said:?}");
        let named = format!("the certificate of https://{host} is not trusted");
        assert!(said.err.contains(&named) && said.err.contains(why), "{said:?}");
        assert!(
            said.err.contains("ca_file") && said.err.contains("SSL_CERT_FILE"),
            "{said:?}"
        );
        // Both types ask at once, each of them once.
        let connections = asked.lock().unwrap().len();
        assert!(connections <= 2, "{connections} connections");
        assert_eq!(service.rig.emulator.requests().len(), 0);
    }
}

#[test]
fn an_authority_that_cannot_be_read_is_named() {
    let service = Encrypted::valid(2020, 2120);
    service.rig.write("empty.pem", "no certificate\n");
    for (file, why) in [
        ("nowhere.pem", "cannot be read"),
        ("empty.pem", "no PEM certificate in it"),
    ] {
        service
            .rig
            .configure(&format!("\n[network]\nca_file = \"{file}\"\n"));
        let said = service.diff(&[]);
        let told = said.refusal(1);
        assert!(
            told.contains("ca_file") && told.contains(file) && told.contains(why),
            "{told}"
        );
        service.rig.configure("");
        let path = service.rig.path(file);
        let said = service.diff(&[("SSL_CERT_FILE", path.to_str().unwrap())]);
        let told = said.refusal(1);
        assert!(told.contains("SSL_CERT_FILE") && told.contains(why), "{told}");
    }
    // A server on this machine that is spoken to without TLS needs none.
    let said = service.diff_of(
        &service.rig.emulator.endpoint(),
        &[("SSL_CERT_FILE", "/nowhere.pem")],
    );
    assert_compared(&said);
    let said = rig::run(
        service.rig.folder(),
        &["diff", "--endpoint", "http://cloudkit.invalid"],
    );
    assert!(said.refusal(64).contains("is not encrypted"), "{said:?}");
}
