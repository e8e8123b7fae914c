"""Whole jobs, done as the people do them. Which journey does which job of DESIGN.md section 1:

===================  ================================================  ==========================================
who                  job                                               journey
===================  ================================================  ==========================================
programme officer    see what needs me today                           test_officer_journey, test_palette
                     plan a visit, build a delegation                  test_officer_journey
                     build and confirm an agenda                       test_officer_journey, test_agenda_in_place
                     write notes per session                           test_meeting_room, test_autosave,
                                                                       test_officer_journey
                     hold the debrief                                  test_meeting_room, test_officer_journey
                     track commitments                                 test_officer_journey
                     follow a strategy's milestones and plan           test_strategy_journey
manager              see the programme on one screen, and take it      test_manager_journey
                     away as PDF
                     clear a visit and download its debrief note       test_manager_journey (a real worker)
                     know what is late and why                         test_manager_journey
                     publish news                                      test_manager_journey
viewer               read the programme and export it; change          test_viewer_journey
                     nothing, read nothing restricted
focal point          submit a request, nominate delegates, update      test_focal_point_journey
                     plan activities, keep commitments
host, stakeholder    confirm agenda slots                              test_agenda_in_place
                     answer a consultation                             test_focal_point_journey
public               read the news, follow the feed                    test_public_journey
                     answer a consultation by personal link            test_public_journey
agency by program    the same by the API                               test_api_visit
===================  ================================================  ==========================================

What holds everywhere: by the keyboard alone, focus seen and not covered, changes read out, less motion:
test_keyboard_journey; nothing typed is lost: test_autosave, test_web_platform; no barriers: test_accessibility.
Every role goes twice, in English with JavaScript and in French without.
"""
