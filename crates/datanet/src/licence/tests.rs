use super::{Licence, LicenceError, conjunction};

#[track_caller]
fn check(record: &str, datanet: &str, expect: bool) {
    let datanet = Licence::parse(datanet).unwrap();
    let enters = Licence::parse(record).unwrap().check_enters(&datanet);
    assert_eq!(enters.is_ok(), expect, "{enters:?}");
}

#[test]
fn permissive_and_public_domain_enter() {
    check("MIT OR Apache-2.0", "CC-BY-4.0", true);
    check("LicenseRef-public-domain", "GPL-3.0-only", true);
    check("PSF-2.0", "PSF-2.0", true);
    check("CC-BY-SA-4.0", "CC-BY-SA-4.0", true);
    check("GPL-2.0-only OR MIT", "CC-BY-4.0", true);
}

#[test]
fn what_asks_for_more_stays_out() {
    check("CC-BY-SA-4.0", "CC-BY-4.0", false);
    check("CC-BY-NC-4.0", "MIT", false);
    check("GPL-2.0-only AND MIT", "CC-BY-4.0", false);
    check("MIT", "CC0-1.0", false);
    check("MIT", "LicenseRef-public-domain", false);
}

#[test]
fn unknown_licences_are_named() {
    for text in ["", "Yes", "LicenseRef-mine", "MIT OR", "MIT Apache-2.0", "proprietary"] {
        let error = Licence::parse(text).unwrap_err();
        assert!(matches!(error, LicenceError::Unknown { ref licence, .. } if licence == text));
    }
}

#[test]
fn a_snapshot_names_every_licence_once() {
    assert_eq!(conjunction(["PSF-2.0", "MIT", "PSF-2.0"]), "MIT AND PSF-2.0");
    assert_eq!(conjunction(["MIT OR Apache-2.0", "MIT OR Apache-2.0"]), "MIT OR Apache-2.0");
    assert_eq!(conjunction(["ISC", "MIT OR Apache-2.0"]), "ISC AND (MIT OR Apache-2.0)");
    assert!(Licence::parse(&conjunction(["ISC", "MIT OR Apache-2.0"])).is_ok());
}
