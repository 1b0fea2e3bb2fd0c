//! Method ids, and the text that is hashed for them.

use heck::ToKebabCase;
use vox_types::method_id_name_only;
use voxspec_subject_rust::json::Json;
use voxspec_subject_rust::probe::probe_service_descriptor;
use voxspec_subject_rust::testbed::testbed_service_descriptor;

/// Names that try each rule by which a name is split into words.
const ODD_NAMES: [(&str, &str); 17] = [
    ("Svc", "HTTPServer2Go"),
    ("my_service", "DoThingFast"),
    ("MY_SERVICE", "DO_THING_FAST"),
    ("A1B", "x__y"),
    ("ÉcoleÀ", "straße"),
    ("Foo2Bar", "v2GetURL"),
    ("abc123Def", "a-b.c"),
    ("MAX_VALUE", "getIDs"),
    ("aB1C", "ABc1d2E"),
    ("Kv", "vol"),
    ("TemplateHost", "loadTemplate"),
    ("XMLHttpRequest", "openXMLDocument"),
    ("a", "B"),
    ("", ""),
    ("__leading", "trailing__"),
    ("spaces in name", "tab\tbetween"),
    ("日本語Service", "ΑΒΓδε"),
];

pub fn vectors() -> Json {
    let testbed = testbed_service_descriptor().methods.iter();
    let testbed = testbed.map(|method| ("Testbed", method.method_name));
    let probe = probe_service_descriptor().methods.iter();
    let probe = probe.map(|method| ("Probe", method.method_name));
    Json::List(testbed.chain(probe).chain(ODD_NAMES).map(entry).collect())
}

fn entry((service, method): (&str, &str)) -> Json {
    let id = method_id_name_only(service, method).0;
    let kebab = format!("{}.{}", service.to_kebab_case(), method.to_kebab_case());
    Json::map([
        ("service", service.into()),
        ("method", method.into()),
        ("kebab", kebab.into()),
        ("id", format!("{id:016x}").into()),
    ])
}
