#include "conformance/explore/generator.hpp"
#include "conformance/explore/search.hpp"
#include <iostream>
#include <fstream>
#include <filesystem>
using namespace voxspec; using namespace voxspec::explore;
int main(int argc,char**argv){
  Model model;
  for(auto f:{"handshake","connections","calls","channels","stable"}){ std::string p=std::string("conformance/explore/model/")+f+".json"; std::ifstream s{p}; std::string t{std::istreambuf_iterator<char>{s},{}}; auto a=add_to_model(model,t,p); if(!a){std::cout<<text(a.error())<<"\n";return 1;}}
  auto layout=Layout::of_this_program();
  auto subject=find_subject(argc>1?argv[1]:"cpp",layout); if(!subject){std::cout<<subject.error()<<"\n";return 1;}
  auto stage=make_process_stage(*subject);
  SearchSettings st; st.sequences=argc>2?std::stoul(argv[2]):200; st.run.jobs=16; st.make.seed=argc>3?std::stoul(argv[3]):1; st.findings_max=60;
  auto start=std::chrono::steady_clock::now();
  auto r=search(model,{&*subject,stage.get()},std::nullopt,st);
  for(auto&f:r.findings){ std::cout<<"== "<<model.rows[f.cause.row].name<<" x"<<f.count<<": "<<f.report.result.reason<<"\n   step "<<f.report.result.failed_step<<"  moves:"; for(auto&m:f.conversation.moves) std::cout<<" "<<model.rows[m.row].name; std::cout<<"\n"; if(argc>4) std::cout<<case_file(model,f).dump(1)<<"\n";}
  for(auto&f:r.unrepeated) std::cout<<"unrepeated "<<model.rows[f.cause.row].name<<": "<<f.report.result.reason<<"\n";
  std::cout<<"hindrance "<<r.hindrance<<"\n";
  for(auto i:r.playable) if(!r.reached[i]) std::cout<<"unreached "<<model.rows[i].name<<"\n";
  std::cout<<r.tally.played<<" played "<<r.tally.moves<<" moves "<<r.states.size()<<" states "<<r.tally.not_run<<" not run "<<std::chrono::duration<double>(std::chrono::steady_clock::now()-start).count()<<" s\n";
}
