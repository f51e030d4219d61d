//! The routes of devices and of the phones that are enrolled.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::EnrolDevices;
use crate::http::Access::{Needs, Public};
use crate::{identity, sync};

/// Those who enrol and revoke phones, and the phones.
pub(super) fn enrollers(routes: Routes) -> Routes {
    keys(phones(routes))
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::add_device, identity::http::devices),
                routes!(identity::http::device, identity::http::revoke_device),
            ],
        )
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::import_devices),
                routes!(identity::http::print_sheets),
            ],
        )
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::open_enrolment),
                routes!(identity::http::confirm_enrolment),
            ],
        )
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::revoke_door),
                routes!(identity::http::lose_device),
                routes!(sync::http::open_storage),
            ],
        )
}

fn phones(routes: Routes) -> Routes {
    routes.all(
        Public,
        [
            routes!(identity::http::enrol_form, identity::http::enrol_typed),
            routes!(identity::http::enrol_page, identity::http::enrol),
        ],
    )
}

fn keys(routes: Routes) -> Routes {
    routes
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::confirm_key),
                routes!(identity::http::revoke_key),
            ],
        )
        .all(
            Needs(EnrolDevices),
            [
                routes!(identity::http::device_keys),
                routes!(sync::http::owed),
            ],
        )
}
