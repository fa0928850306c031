"""Who gets which answer at which address: reviewed by people, compared with the application by `test_access`.

A row is an address's name, methods, and statuses: one (everybody), two (anonymous, everybody logged in) or one for each
role in the order of the heading. POST is sent without answers: 422 means "you may, but the form is not filled in".
`python -m tests.access_table` prints what the application answers now, to compare with; nothing is ever taken from it
unread.
"""

import datetime as dt
import os
import sys

import django

METHODS = ("GET", "POST", "PUT", "DELETE")
ROLES = (
    "anonymous",
    "coordinator",
    "caseworker",
    "stranger",
    "employment_officer",
    "teacher",
    "supervisor",
    "project_office",
    "steering",
    "controller",
    "administrator",
)

TABLE = """
#                                                         anon coor case stra empl teac supe offi stee cont admi
home                                  GET POST PUT DELETE 302
healthz                               GET POST PUT DELETE 200
readyz                                GET POST PUT DELETE 200
account_login                         GET POST PUT        200  302
                                      DELETE              405  302
account_logout                        GET                 302  200
                                      POST                302
                                      PUT DELETE          405
account_inactive                      GET                 200
                                      POST PUT DELETE     405
account_signup                        GET POST PUT DELETE 200  302
account_reauthenticate                GET POST PUT        302  200
                                      DELETE              302  405
account_email                         GET POST PUT DELETE 302  404
account_email_verification_sent       GET                 200
                                      POST PUT DELETE     405
account_change_password               GET POST PUT        302  200
                                      DELETE              302  405
account_set_password                  GET POST PUT DELETE 302
account_reset_password                GET POST PUT        200
                                      DELETE              405
account_confirm_login_code            GET POST PUT DELETE 302
account_confirm_email                 GET                 200
                                      POST                404
                                      PUT DELETE          405
account_reset_password_from_key_done  GET                 200
                                      POST PUT DELETE     405
account_reset_password_from_key       GET POST PUT DELETE 200
account_reset_password_done           GET                 200
                                      POST PUT DELETE     405
mfa_index                             GET                 302  200
                                      POST PUT DELETE     302  405
mfa_authenticate                      GET POST PUT DELETE 302
mfa_reauthenticate                    GET POST PUT DELETE 302
mfa_activate_totp                     GET POST PUT DELETE 302
mfa_deactivate_totp                   GET POST PUT DELETE 302  404
mfa_view_recovery_codes               GET                 302  404
                                      POST PUT DELETE     302  405
mfa_generate_recovery_codes           GET POST PUT DELETE 302
mfa_download_recovery_codes           GET POST PUT DELETE 302  404
mfa_list_webauthn                     GET                 302  200
                                      POST PUT DELETE     302  405
mfa_add_webauthn                      GET POST PUT DELETE 302
mfa_reauthenticate_webauthn           GET POST PUT DELETE 302
mfa_remove_webauthn                   GET POST PUT DELETE 302
mfa_edit_webauthn                     GET POST PUT DELETE 302
mfa_login_webauthn                    GET POST PUT        302
                                      DELETE              405  302
usersessions_list                     GET                 302  200
                                      POST PUT            302
                                      DELETE              302  405
socialaccount_login_cancelled         GET                 200
                                      POST PUT DELETE     405
socialaccount_login_error             GET                 302  401
                                      POST PUT DELETE     302  405
socialaccount_signup                  GET POST PUT DELETE 302
socialaccount_connections             GET POST PUT DELETE 302  404
openid_connect_login                  GET POST PUT DELETE 404
openid_connect_callback               GET POST PUT DELETE 404
set_language                          GET POST PUT DELETE 302
participants:today                    GET                 302  200
                                      POST PUT DELETE     302  405
participants:today_snooze             GET PUT DELETE      302  405
                                      POST                302  422  422  422  422  422  422  422  403  403  403
participants:today_wake               GET PUT DELETE      302  405
                                      POST                302  302  302  302  302  302  302  302  403  403  403
participants:digest_edit              GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST                302  422  422  422  422  422  422  422  403  403  403
                                      PUT DELETE          302  405
participants:journal_quick            GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST                302  422  422  422  422  422  422  422  403  403  403
                                      PUT DELETE          302  405
participants:journal_draft            GET PUT DELETE      302  405
                                      POST                302  204  204  204  204  204  204  204  403  403  403
participants:note_template_list       GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:note_template_create     GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST                302  422  422  422  422  422  422  422  403  403  403
                                      PUT DELETE          302  405
participants:note_template_edit       GET                 302  200  404  404  404  404  404  200  404  404  404
                                      POST                302  422  404  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:journal_step_done        GET PUT DELETE      302  405
                                      POST                302  302  302  404  404  404  404  302  404  404  404
participants:participation_list       GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST                302  302  302  302  302  302  302  302  403  403  403
                                      PUT DELETE          302  405
participants:participation_bulk       GET PUT DELETE      302  405
                                      POST                302  302  302  302  302  302  302  302  403  403  403
participants:bulk_result              GET                 302  404  403  403  403  403  403  404  403  403  403
                                      POST PUT DELETE     302  405
participants:participation_print      GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:saved_view_list          GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:saved_view_create        GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST                302  422  422  422  422  422  422  422  403  403  403
                                      PUT DELETE          302  405
participants:saved_view_edit          GET                 302  200  404  404  404  404  404  404  403  403  403
                                      POST                302  422  404  404  404  404  404  404  403  403  403
                                      PUT DELETE          302  405
participants:export_create            GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST                302  422  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
participants:export_list              GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:export_audit             GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:export_download          GET                 302  200  404  404  404  404  404  404  404  404  404
                                      POST PUT DELETE     302  405
participants:export_delete            GET PUT DELETE      302  405
                                      POST                302  302  404  404  404  404  404  404  404  404  404
participants:participation_create     GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST                302  422  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
participants:participation_detail     GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:trace                    GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:identity_show            GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:contact_edit             GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:journal_create           GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:activity_create          GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:activity_end             GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:hours_edit               GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:outcome_create           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:outcome_withdraw         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:outcome_end              GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:stint_close              GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:stint_open               GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:stint_edit               GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:stint_reopen             GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:mistake_create           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:mistake_undo             GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:break_create             GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:break_end                GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:activity_withdraw        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:merge_create             GET                 302  403  403  404  404  404  404  200  404  404  404
                                      POST                302  403  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:journal_edit             GET                 302  200  404  404  404  404  404  404  404  404  404
                                      POST                302  422  404  404  404  404  404  404  404  404  404
                                      PUT DELETE          302  405
participants:merge_list               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
participants:merge_undo               GET                 302  404  404  404  404  404  404  200  404  404  404
                                      POST                302  404  404  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:near_employment_edit     GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:entry_record_edit        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:sensitive_edit           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:consent_create           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:consent_withdraw         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:consent_receipt          GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:consent_evidence         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:consent_list             GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:document_create          GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:document_download        GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:document_replace         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:document_withdraw        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:document_missing         GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:rectification_create     GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:rectification_answer     GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:rectification_list       GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:protection_reason        GET POST            302  302  302  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:follow_up_create         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:follow_up_list           GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST                302  422  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
participants:follow_up_print          GET                 302  200  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:follow_up_contact        GET PUT DELETE      302  405
                                      POST                302  200  403  404  404  404  404  200  404  404  404
participants:measure_create           GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:measure_decide           GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:measure_end              GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:measure_withdraw         GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:referral_create          GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST                302  422  422  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:care_team_create         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:care_team_grant          GET                 302  403  403  404  404  404  404  200  404  404  404
                                      POST                302  403  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:lead_offer               GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_goal_create         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_goal_edit           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_goal_close          GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_goal_reopen         GET PUT DELETE      302  405
                                      POST                302  302  403  404  404  404  404  302  404  404  404
participants:plan_step_create         GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_step_edit           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_step_state          GET PUT DELETE      302  405
                                      POST                302  302  403  404  404  404  404  302  404  404  404
participants:plan_step_drop           GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_move                GET PUT DELETE      302  405
                                      POST                302  302  403  404  404  404  404  302  404  404  404
participants:plan_review_create       GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:plan_print               GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:progress_create          GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:progress_withdraw        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:lead_answer              GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:care_team_end            GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:care_team_contact        GET PUT DELETE      302  405
                                      POST                302  200  200  404  404  404  404  200  404  404  404
participants:attendance_grid          GET                 302  200  403  403  403  200  200  200  403  403  403
                                      POST                302  302  403  403  403  302  302  302  403  403  403
                                      PUT DELETE          302  405
participants:attendance_person        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:attendance_certificates  GET                 302  200  403  403  403  200  200  200  403  403  403
                                      POST                302  403
                                      PUT DELETE          302  405
participants:attendance_certificate   GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:course_list              GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:course_detail            GET                 302  200  200  200  200  200  200  200  404  404  404
                                      POST PUT DELETE     302  405
participants:course_create            GET                 302  200  403  403  403  200  403  200  403  403  403
                                      POST                302  422  403  403  403  422  403  422  403  403  403
                                      PUT DELETE          302  405
participants:course_edit              GET                 302  200  403  403  403  200  403  200  404  404  404
                                      POST                302  422  403  403  403  422  403  422  404  404  404
                                      PUT DELETE          302  405
participants:course_group_create      GET                 302  200  403  403  403  200  403  200  404  404  404
                                      POST                302  422  403  403  403  422  403  422  404  404  404
                                      PUT DELETE          302  405
participants:course_group_edit        GET                 302  200  403  403  403  200  403  200  404  404  404
                                      POST                302  422  403  403  403  422  403  422  404  404  404
                                      PUT DELETE          302  405
participants:course_join              GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:cofinancing_overview     GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:cofinancing_download     GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
participants:unit_cost_create         GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
participants:referral_list            GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
participants:referral_detail          GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
participants:referral_edit            GET POST            302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:referral_reply           GET                 302  302  403  404  404  404  404  302  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
participants:referral_answer          GET                 302  403  200  404  404  404  404  403  404  404  404
                                      POST                302  403  422  404  404  404  404  403  404  404  404
                                      PUT DELETE          302  405
participants:referral_withdraw        GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  302  403  404  404  404  404  302  404  404  404
                                      PUT DELETE          302  405
participants:referral_acknowledge     GET PUT DELETE      302  405
                                      POST                302  302  403  404  404  404  404  302  404  404  404
participants:referral_link            GET POST            302  404
                                      PUT DELETE          302  405
participants:enterprise_people        GET                 302  200  200  200  200  200  200  200  403  403  403
                                      POST PUT DELETE     302  405
enterprises:enterprise_list           GET                 302  200
                                      POST PUT DELETE     302  405
enterprises:enterprise_detail         GET                 302  200
                                      POST PUT DELETE     302  405
partners:review_list                  GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
partners:review_edit                  GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:partnership_list             GET                 302  200
                                      POST PUT DELETE     302  405
partners:process_map                  GET                 302  200
                                      POST PUT DELETE     302  405
partners:retention_edit               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:organisation_detail          GET                 302  200
                                      POST PUT DELETE     302  405
partners:role_create                  GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:role_end                     GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:member_list                  GET                 302  403  403  403  403  403  403  200  403  403  200
                                      POST                302  403  403  403  403  403  403  422  403  403  422
                                      PUT DELETE          302  405
partners:members_confirm              GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  302  403  403  302
partners:member_end                   GET                 302  403  403  403  403  403  403  200  403  403  200
                                      POST                302  403  403  403  403  403  403  422  403  403  422
                                      PUT DELETE          302  405
partners:member_administrator         GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  302  403  403  302
partners:member_pause                 GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  302  403  403  302
partners:member_link                  GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  422  403  403  422
partners:hat_change                   GET PUT DELETE      302  405
                                      POST                302  404
partners:network_overview             GET                 302  200
                                      POST PUT DELETE     302  405
partners:bearer_create                GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:bearer_end                   GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:event_create                 GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:event_detail                 GET                 302  200
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:attendance_remove            GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  302  403  403  403
partners:guideline_create             GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
partners:guideline_edit               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
reporting:dashboard                   GET                 302  302  302  302  302  302  302  302  302  302  403
                                      POST PUT DELETE     302  405
reporting:dashboard_project           GET                 302  200  200  200  200  200  200  200  200  200  404
                                      POST PUT DELETE     302  405
reporting:measure_statistics          GET                 302  200  200  200  200  200  200  200  200  200  404
                                      POST PUT DELETE     302  405
reporting:standing                    GET                 302  200  200  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
reporting:report_list                 GET                 302  403  403  403  403  403  403  200  403  200  403
                                      POST PUT DELETE     302  405
reporting:report_create               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
reporting:report_detail               GET                 302  404  404  404  404  404  404  200  404  200  404
                                      POST PUT DELETE     302  405
reporting:report_progress             GET                 302  404  404  404  404  404  404  302  404  302  404
                                      POST PUT DELETE     302  405
reporting:report_freeze               GET                 302  404  404  404  404  404  404  200  404  403  404
                                      POST                302  404  404  404  404  404  404  302  404  403  404
                                      PUT DELETE          302  405
reporting:report_rebuild              GET PUT DELETE      302  405
                                      POST                302  404  404  404  404  404  404  302  404  403  404
reporting:report_download             GET                 302  404  404  404  404  404  404  200  404  200  404
                                      POST PUT DELETE     302  405
reporting:extract_create              GET                 302  200  403  404  404  404  404  200  404  404  404
                                      POST                302  422  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
reporting:person_erase                GET                 302  403  403  404  404  404  404  200  404  404  404
                                      POST                302  403  403  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
reporting:project_erase               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
reporting:archive_create              GET PUT DELETE      302  405
                                      POST                302  403  403  403  403  403  403  302  403  403  403
reporting:archive_download            GET PUT DELETE      302  405
                                      POST                302  404
reporting:erasure_certificate         GET                 302  404  404  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
reporting:import_list                 GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST PUT DELETE     302  405
reporting:import_create               GET                 302  403  403  403  403  403  403  200  403  403  403
                                      POST                302  403  403  403  403  403  403  422  403  403  403
                                      PUT DELETE          302  405
reporting:import_detail               GET                 302  404  404  404  404  404  404  200  404  404  404
                                      POST PUT DELETE     302  405
reporting:import_columns              GET                 302  404  404  404  404  404  404  200  404  404  404
                                      POST                302  404  404  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
reporting:import_errors               GET                 302  404  404  404  404  404  404  302  404  404  404
                                      POST PUT DELETE     302  405
reporting:import_doubles              GET PUT DELETE      302  405
                                      POST                302  404  404  404  404  404  404  422  404  404  404
reporting:import_apply                GET PUT DELETE      302  405
                                      POST                302  404  404  404  404  404  404  422  404  404  404
reporting:import_undo                 GET                 302  404  404  404  404  404  404  200  404  404  404
                                      POST                302  404  404  404  404  404  404  422  404  404  404
                                      PUT DELETE          302  405
reporting:import_cancel               GET PUT DELETE      302  405
                                      POST                302  404  404  404  404  404  404  302  404  404  404
reporting:figures_about               GET                 302  200
                                      POST PUT DELETE     302  405
"""


def parse(text: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """(name, method) → a status for each role."""
    table: dict[tuple[str, str], tuple[int, ...]] = {}
    name = ""
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if not words[0].isupper():
            name = words.pop(0)
        methods = [word for word in words if word.isalpha()]
        statuses = _for_each_role([int(word) for word in words if word.isdigit()])
        for method in methods:
            table[name, method] = statuses
    return table


def _for_each_role(statuses: list[int]) -> tuple[int, ...]:
    if len(statuses) == 1:
        return tuple(statuses * len(ROLES))
    if len(statuses) == 2:
        return (statuses[0], *statuses[1:] * (len(ROLES) - 1))
    return tuple(statuses)


def written(name: str, answers: dict[str, tuple[int, ...]]) -> str:
    """The rows of one address, methods with the same answers together."""
    rows: list[str] = []
    for statuses in dict.fromkeys(answers.values()):
        methods = " ".join(method for method, value in answers.items() if value == statuses)
        rows.append(f"{'' if rows else name:<37} {methods:<19} {_shortest(statuses)}".rstrip())
    return "\n".join(rows)


def _shortest(statuses: tuple[int, ...]) -> str:
    if len(set(statuses)) == 1:
        statuses = statuses[:1]
    elif len(set(statuses[1:])) == 1:
        statuses = statuses[:2]
    return "  ".join(map(str, statuses))


def answers_now() -> str:
    """What the application answers, in a database made for the purpose and on the day of the tests."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from django.conf import settings
    from django.db import transaction
    from django.test.runner import DiscoverRunner

    from tests.every_url import World, every_url

    settings.DEMO_TODAY = dt.date(2017, 3, 15)
    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        with transaction.atomic():
            world = World.make()
            for client in world.clients.values():
                client.raise_request_exception = False
            return "\n".join(
                written(name, {method: world.answers(name, arguments, method) for method in METHODS})
                for name, arguments in every_url()
            )
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    sys.stdout.write(answers_now() + "\n")
