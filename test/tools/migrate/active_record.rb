# ruby active_record.rb LAST: runs the migrations 1 to LAST. The third one fails.
require 'active_record'
require 'fileutils'

statements = [%w[People people], %w[Topics topics], ['Broken', nil]].first(ARGV[0].to_i)
FileUtils.mkdir_p('db/migrate')
statements.each_with_index do |(name, table), i|
  body = table ? "create_table(:#{table}) { |t| t.text :name }" : "execute('SELECT 1 / 0')"
  File.write("db/migrate/2025010100000#{i + 1}_#{name.downcase}.rb",
             "class #{name} < ActiveRecord::Migration[6.1]\n  def up\n    #{body}\n  end\nend\n")
end
ActiveRecord::Base.establish_connection(adapter: 'postgresql', host: ENV['PGHOST'], port: ENV['PGPORT'].to_i, database: ENV['PGDATABASE'])
ActiveRecord::Migration.verbose = false
context = begin
  ActiveRecord::MigrationContext.new('db/migrate', ActiveRecord::SchemaMigration)
rescue ArgumentError
  ActiveRecord::MigrationContext.new('db/migrate')
end
context.migrate
